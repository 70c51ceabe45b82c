"""The reader's network: the encoder's layers, a head that judges sentences, and one that marks the short answer."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel


class ReaderModel(nn.Module):
    """A BERT with two heads.

    Inputs as `povqa.reader.windows.Batch` gives them. Outputs: sentence logits (B, S), the log odds that sentence s
    answers; token logits (B, T, 5): whether the one short answer starts or ends at the token, whether any goes through
    it, and whether an item of a list starts or ends there.
    """

    def __init__(self, encoder: str | Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(encoder, add_pooling_layer=False, attn_implementation="eager")
        hidden = self.bert.config.hidden_size
        self.judge = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.mark = nn.Linear(hidden, 5)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, pooling: Tensor) -> tuple[Tensor, Tensor]:
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        sentences = pooling.to(states.dtype) @ states
        whole = states[:, :1].expand_as(sentences)
        return self.judge(torch.cat([sentences, whole], dim=-1)).squeeze(-1), self.mark(states)
