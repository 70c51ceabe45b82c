"""What the bot says, in English and Chinese. `{names}` are filled in with text that is escaped already."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str

    def text(self, lang: str, **values: object) -> str:
        """The text in `lang`."""
        return (self.zh if lang == "zh" else self.en).format(**values)


START = Line(
    "<b>Ask me about {articles} articles on poverty alleviation.</b>\nI quote the sentence that answers, and say where "
    "it stands. Where the articles hold no answer, I say so.{examples}\n\n/help shows what I can do.",
    "<b>{articles} 篇脱贫攻坚文章,尽管问。</b>\n我会摘出能回答的原句,并注明出处;文章里没有的,我会直说。{examples}\n\n"
    "/help 查看全部功能。",
)
TRY = Line("\n\nFor example:\n{examples}", "\n\n例如:\n{examples}")
HELP = Line(
    "<b>Asking</b>\nWrite your question. A follow-up keeps the place and topic of the question before it; /new begins "
    "afresh. Reply to an earlier answer to follow up on that one. Edit your question, and I answer it anew.\n"
    "In a group: /ask, mention @{name}, or reply to me. Anywhere else: type @{name} and a question.{examples}\n\n"
    "<b>Under an answer</b>\n📄 the sentence in its paragraph · ▶ the next best answers · 👍 👎 whether it helped"
    "\n\n<b>Commands</b>\n/articles all articles\n/article N one article\n/lang language\n/privacy what I keep\n"
    "/delete_my_data delete what I keep about you",
    "<b>提问</b>\n直接写问题即可。追问会沿用上一问的地点和话题,/new 重新开始。回复以前的答案,就是接着那一条问。"
    "修改已发出的问题,我会重新回答。\n"
    "在群里:用 /ask、提到 @{name},或回复我。在任何聊天中:输入 @{name} 加上问题。{examples}\n\n"
    "<b>答案下方的按钮</b>\n📄 原文段落 · ▶ 其他答案 · 👍 👎 告诉我们是否有用\n\n"
    "<b>命令</b>\n/articles 全部文章\n/article N 查看一篇文章\n/lang 语言\n/privacy 我保存了什么\n"
    "/delete_my_data 删除我保存的关于你的内容",
)
HELP_OWNER = Line(
    "\n\n<b>For you as an owner</b>\nSend me a document (txt, md, html, pdf, docx, json; up to 20 MB) or a link to a "
    "page: I show what I would keep of it, and add it when you agree.\n/add LINK adds a page\n/remove N removes an "
    "article; the button under an article does, too\n/stats figures",
    "\n\n<b>管理员</b>\n把文件(txt、md、html、pdf、docx、json,20 MB 以内)或网页链接发给我:我会先给你看保留的内容,"
    "确认后加入。\n/add 链接 添加网页\n/remove N 移除文章;文章下方的按钮也可以\n/stats 统计",
)
PRIVACY = Line(
    "<b>What I keep</b>\nYour questions and the answers, with the chat and your Telegram number: follow-ups and "
    "buttons need them. Your 👍 and 👎, and the language you chose. Questions are answered on this bot's own "
    "machine, by no outside service. Inline questions are not kept.\n\n"
    "Answers that nobody rated are deleted after {days} days; rated "
    "ones stay, to improve the answers, but without your number and the chat's. The log holds no texts.\n\n"
    "A document that an owner sends waits here until it is confirmed or declined, a day at the most; what is added "
    "stays among the articles until it is removed there.\n\n/delete_my_data deletes all of it at once.",
    "<b>我保存什么</b>\n你的问题和得到的答案,连同聊天编号和你的 Telegram 编号:追问和按钮要用到。"
    "还有你点的 👍 👎 和选择的语言。问题只在本机器人所在的机器上处理,不交给外部服务。内联提问不保存。\n\n"
    "没有评价的答案 {days} 天后删除;有评价的留下来用于改进回答,但会去掉你和聊天的编号。"
    "日志里没有任何文字内容。\n\n"
    "管理员发来的文件,在确认或取消之前暂存于此,最多一天;加入后成为文章,直到被移除。\n\n"
    "/delete_my_data 可立即全部删除。",
)
DELETE = Line(
    "Delete your questions, answers, ratings, language and documents that wait to be confirmed? This cannot be undone.",
    "要删除你的提问、答案、评价、语言设置和待确认的文件吗?删除后无法恢复。",
)
DELETE_YES = Line("Delete everything", "全部删除")
DELETE_NO = Line("Keep it", "不删除")
DELETED = Line(
    "Deleted: {answers} answers, your ratings and your language.", "已删除:{answers} 条问答,以及评价和语言设置。"
)
KEPT = Line("Nothing was deleted.", "没有删除任何内容。")
AFRESH = Line("The questions before are forgotten. Ask away.", "已忘掉之前的问题,请重新提问。")
LANG = Line("Which language shall I speak?", "用哪种语言?")
LANG_AUTO = Line("As I write", "跟随我的提问")
LANG_SET = Line("I will speak English.", "以后用中文。")
LANG_AUTO_SET = Line("I will answer in the language you write in.", "以后按你提问的语言回答。")

NOT_FOUND = Line("The articles do not hold the answer.", "文章里没有找到答案。")
EMPTY = Line("I could not find a question in that.", "没有看到问题,请写下你想问的内容。")
PERHAPS = Line("Perhaps one of these helps:", "也许可以看看:")
READ_ONLY_TEXT = Line("I can read text only. Please write your question.", "我只能读文字,请把问题写下来。")
ASK_HOW = Line("Write the question behind it: /ask {example}", "请在后面写上问题:/ask {example}")
UNKNOWN_COMMAND = Line("I do not know that command; /help lists them.", "没有这个命令,/help 查看全部命令。")
TOO_MANY = Line(
    "That was a lot of questions. Please go on in {seconds} seconds.", "提问太快了,请在 {seconds} 秒后继续。"
)
NOT_ALLOWED = Line(
    "This bot is for invited people only. If you should be among them, give its owner your number: <code>{id}</code>",
    "本机器人仅限受邀者使用。如需使用,请把你的编号告诉管理员:<code>{id}</code>",
)
FAILED = Line(
    "Something went wrong on my side; it has been noted. Please try again in a moment.",
    "我这边出了点问题,已经记录。请稍后再试。",
)
EDITED_AWAY = Line("The question is gone.", "问题已经删去。")

PARAGRAPH = Line("📄 In its paragraph", "📄 原文")
BACK = Line("« Back to the answer", "« 返回答案")
NEXT_BEST = Line("Next best ▶", "其他答案 ▶")
READ_ON = Line("Read the article", "阅读全文")
ORIGINAL = Line("Web page", "原网页")
AGAIN = Line("Ask again", "重新提问")
THANKS_GOOD = Line("Thank you! Glad it helped.", "谢谢!很高兴有用。")
THANKS_BAD = Line("Thank you. We will look into it.", "谢谢反馈,我们会查看。")
TAKEN_BACK = Line("Your rating is withdrawn.", "已取消评价。")
GONE = Line("This answer is not kept any more. Please ask again.", "这条答案已不再保存,请重新提问。")
CHANGED = Line("The articles have changed since this answer. Please ask again.", "文章在这之后有了更新,请重新提问。")
EXAMPLE_GONE = Line("The articles have changed; /help has new examples.", "文章有了更新,/help 里有新的例子。")
ARTICLE_GONE = Line(
    "This article is not among the articles any more; see /articles.", "这篇文章已不在库中,见 /articles。"
)

ARTICLES = Line("<b>{count} articles</b>", "<b>共 {count} 篇文章</b>")
NO_ARTICLES = Line("There are no articles yet.", "还没有文章。")
ARTICLE_HOW = Line(
    "Give the number of an article in /articles, from 1 to {count}: /article 1",
    "请给出 /articles 中的编号(1 到 {count}),如:/article 1",
)
STATS = Line(
    "<b>Index</b> {index}, {articles} articles\n<b>People</b> {people}\n<b>Questions</b> {questions} kept, {recent} in "
    "the last 24 hours\n<b>Since the start ({uptime})</b> {answered} answered, {not_found} not found, {failed} failed, "
    "{refused} refused, {errors} errors\n<b>Seconds to an answer</b> {mean} on average\n"
    "<b>Ratings</b> 👍 {good} 👎 {bad}",
    "<b>索引</b> {index},{articles} 篇文章\n<b>用户</b> {people}\n<b>提问</b> 保存 {questions} 条,"
    "最近 24 小时 {recent} 条\n"
    "<b>启动以来({uptime})</b> 已答 {answered},未找到 {not_found},失败 {failed},拒绝 {refused},错误 {errors}\n"
    "<b>平均用时</b> {mean} 秒\n<b>评价</b> 👍 {good} 👎 {bad}",
)
OWNERS_ONLY = Line("That is for the bot's owner.", "该命令仅限管理员使用。")
INLINE_OPEN = Line("Ask me in private", "私聊提问")
INLINE_NOT_FOUND = Line("Nothing found; ask in private for more", "没有找到答案,点此私聊")
INLINE_SLOW = Line("Still thinking; type on in a moment", "还在查找,请稍后再输入")

COMMANDS = (
    ("ask", Line("Ask a question", "提问")),
    ("new", Line("Forget the questions before", "重新开始,忘掉之前的问题")),
    ("articles", Line("List the articles", "文章列表")),
    ("article", Line("Read one article: /article 1", "查看一篇文章:/article 1")),
    ("lang", Line("Language", "语言")),
    ("privacy", Line("What I keep", "我保存了什么")),
    ("delete_my_data", Line("Delete what I keep about you", "删除关于我的内容")),
    ("help", Line("What I can do", "使用说明")),
)
OWNER_COMMANDS = (
    ("add", Line("Add a page: /add LINK; or send a document", "添加网页:/add 链接;也可直接发文件")),
    ("remove", Line("Remove an article: /remove 1", "移除文章:/remove 1")),
    ("stats", Line("Figures, for the owner", "统计(管理员)")),
)

ADD_OWNERS_ONLY = Line(
    "Only this bot's owners can add documents. Ask me anything about the articles: write your question.",
    "只有管理员可以添加文件。想了解文章内容,直接写下问题即可。",
)
ADD_HOW = Line(
    "Send me a document (txt, md, html, pdf, docx, json), or a link to a page: /add https://…",
    "请把文件(txt、md、html、pdf、docx、json)发给我,或给出网页链接:/add https://…",
)
ADD_FACTS = Line("{sentences} sentences, {characters} characters", "{sentences} 句,{characters} 字")
ADD_NEW = Line("🆕 A new article.", "🆕 新文章。")
ADD_REPLACES = Line("♻️ It replaces an earlier version: {old}", "♻️ 将替换旧版本:{old}")
ADD_COPY = Line("👯 A copy: the articles have these bytes as {old}", "👯 副本:库中已有相同内容:{old}")
ADD_KNOWN = Line("The articles have it already: {old}", "库中已有这篇文章:{old}")
ADD_DROPPED = Line("Left out: {count} pieces, {characters} characters", "去掉:{count} 处,{characters} 字")
ADD_NOTHING_DROPPED = Line("Nothing was left out.", "没有去掉任何内容。")
ADD_ASK = Line("Add it?", "要加入吗?")
ADD_YES = Line("Add", "加入")
ADD_AGAIN = Line("Add all the same", "仍然加入")
ADD_NO = Line("Cancel", "取消")
ADD_WHOLE = Line("📄 All of it, as a file", "📄 全部内容(文件)")
ADD_KEPT_HEADING = Line("===== kept =====", "===== 保留 =====")
ADD_DROPPED_HEADING = Line("===== left out (rule: text) =====", "===== 去掉(规则:内容) =====")
ADDING = Line("⏳ Adding {title} …", "⏳ 正在加入 {title} …")
ADDED = Line(
    "✅ Added: {title}\n{sentences} sentences, {seconds} s. You can ask about it now.",
    "✅ 已加入:{title}\n{sentences} 句,用时 {seconds} 秒。现在就可以提问。",
)
ADD_CANCELLED = Line("Not added.", "没有加入。")
NOT_ADDED = Line("⚠️ Not added. {reason}", "⚠️ 没有加入。{reason}")
REMOVE_HOW = Line(
    "Name the article by its number in /articles, or by its id: /remove 1",
    "请给出 /articles 中的编号或文章 id,如:/remove 1",
)
REMOVE_IT = Line("🗑 Remove", "🗑 移除")
REMOVE = Line(
    "Remove this article for good, with its file?\n{article}\n<code>{id}</code>",
    "要彻底移除这篇文章及其文件吗?\n{article}\n<code>{id}</code>",
)
REMOVE_YES = Line("Remove", "移除")
REMOVE_NO = Line("Keep it", "不移除")
REMOVING = Line("⏳ Removing {title} …", "⏳ 正在移除 {title} …")
REMOVED = Line("🗑 Removed: {title}\n{seconds} s.", "🗑 已移除:{title}\n用时 {seconds} 秒。")
REMOVE_CANCELLED = Line("Not removed.", "没有移除。")
NOT_REMOVED = Line("⚠️ Not removed. {reason}", "⚠️ 没有移除。{reason}")
PROPOSAL_GONE = Line(
    "This is more than a day old, and nothing was done. Please send it again.", "已超过一天,没有处理。请重新发送。"
)
DECIDED = Line("This has been decided already.", "已经处理过了。")
NOT_YOURS = Line("Only the owner who sent it can decide.", "只有发送它的管理员可以决定。")
