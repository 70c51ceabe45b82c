"""`povqa add https://…` from end to end: a site at a public address, in a network of the test's own."""

import os
import shutil
import subprocess
import sys

import pytest

ADDRESS, INSIDE = "8.8.4.4", "10.0.0.5"  # both on this machine's loopback alone, within the test's network
SITE = """
import http.server, sys, threading

BODY = "红石乡修水渠三条，长九公里，由村民赵铁柱带人修成，县里投入资金八十五万元，四百户人家用上了自来水。" * 2
HEAD = "<html><head><meta charset=gb2312><title>红石乡的水渠</title></head>"
ABOUT = "<body><a href=/>首页</a><h1>红石乡的水渠</h1><div>2019-05-06 10:00 来源：红石日报</div>"
PAGE = f"{HEAD}{ABOUT}<p>{BODY}</p></body></html>".encode("gb18030")

class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        away = {"/old.html": "/2019/c1.html", "/inside": "http://10.0.0.5/secret"}.get(self.path)
        self.send_response(302 if away else 404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "text/html")
        if away:
            self.send_header("Location", away)
        self.end_headers()
        if not away:
            self.wfile.write(PAGE)

    def log_message(self, *args):
        pass

servers = [http.server.ThreadingHTTPServer((address, 80), Site) for address in sys.argv[1:]]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
"""
NETWORK = """
set -e
ip link set lo up
for address in %(addresses)s; do ip addr add "$address/32" dev lo; done
mount --bind hosts /etc/hosts
"""
RUN = """
python=$1; shift
"$python" site.py %(addresses)s > ready & site=$!
trap "kill $site" EXIT
until grep -q ready ready; do kill -0 $site; sleep 0.05; done
for url in "$@"; do "$python" -m povqa add "$url" && echo "rc 0" || echo "rc $?"; done
"""


@pytest.fixture
def network(tmp_path):
    """Runs a script in a network that has a site at a public address, and nothing else."""
    names = {"addresses": f"{ADDRESS} {INSIDE}"}
    (tmp_path / "site.py").write_text(SITE, encoding="utf-8")
    (tmp_path / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} news.example.cn\n")

    def run(script, *words):
        command = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", NETWORK % names + script % names, "sh"]
        return subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, timeout=300)

    if not (shutil.which("unshare") and shutil.which("ip")) or run("").returncode:
        pytest.skip("a network of one's own cannot be made here")
    return run


def test_a_page_of_a_public_site_comes_in_and_one_inside_does_not(network, run, corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("POVQA_CORPUS", str(corpus))
    monkeypatch.setenv("POVQA_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("no_proxy", "*")
    assert os.environ["POVQA_ENCODER"] == "tests/tiny"
    result = network(RUN, sys.executable, "http://news.example.cn/old.html", "http://news.example.cn/inside")
    told = result.stdout.splitlines()
    assert told[0].split("\t")[2:5] == ["红石乡的水渠", "红石日报", "2019-05-06"], result.stderr
    assert [line for line in told if line.startswith("rc")] == ["rc 0", "rc 2"]
    assert f"its address {INSIDE} is private" in result.stderr
    (page,) = corpus.glob("news.example.cn-c1-*.html")
    assert page.read_bytes().startswith(b"<!-- saved from url=(0035)http://news.example.cn/2019/c1.html -->\n")
    assert "赵铁柱" in run("show", page.stem).stdout
