"""Explanations of the matching as one sentence, in the language of the demand."""

from __future__ import annotations

from collections.abc import Sequence

from innovalley.engine.matching import Demand, Explanation
from innovalley.engine.specs import Outcome

MAX_WORDS = 5
MAX_SENTENCE = 60

_CHINESE = {
    "words": "都提到{}",
    "like in meaning": "含义相近",
    "like in words": "用语与需求及其他候选成果相近",
    "sentence": "最相关的一句：“{}”",
    "specs": "指标{}",
    Outcome.MET: "满足 {} 项",
    Outcome.MISSED: "未达到 {} 项",
    Outcome.NOT_STATED: "未说明 {} 项",
    Outcome.NOT_COMPARABLE: "无法比较 {} 项",
    "nothing": "未发现依据",
    "by": "依据成果 {}",
    "word comma": "、",
    "comma": "，",
    "joint": "；",
    "end": "。",
}
_ENGLISH = {
    "words": "both mention {}",
    "like in meaning": "close in meaning",
    "like in words": "worded like the demand and the other candidates",
    "sentence": "closest sentence: “{}”",
    "specs": "specs: {}",
    Outcome.MET: "{} met",
    Outcome.MISSED: "{} missed",
    Outcome.NOT_STATED: "{} not stated",
    Outcome.NOT_COMPARABLE: "{} not comparable",
    "nothing": "nothing speaks for it",
    "by": "by {}",
    "word comma": ", ",
    "comma": ", ",
    "joint": "; ",
    "end": ".",
}


def reason(demand: Demand, explanation: Explanation) -> str:
    """Why an achievement was found, in one sentence."""
    say = _language(demand)
    return _sentence(say, _clauses(say, demand, explanation))


def owner_reason(demand: Demand, evidence: Sequence[str], best: Explanation) -> str:
    """Why an owner was found: the ids of its achievements that count, and what is best about the best."""
    say = _language(demand)
    by = say["by"].format(say["word comma"].join(evidence))
    return _sentence(say, [by, *_clauses(say, demand, best)])


def _clauses(say: dict[str, str], demand: Demand, explanation: Explanation) -> list[str]:
    clauses = []
    if explanation.words:
        shared = [word for word, _ in explanation.words[:MAX_WORDS]]
        clauses.append(say["words"].format(say["word comma"].join(shared)))
    elif explanation.score > 0:
        strongest = next((part.name for part in explanation.parts if part.name in ("meaning", "words")), "")
        clauses += [say[f"like in {strongest}"]] if strongest else []
    if explanation.start and explanation.sentence:  # the title needs no quoting
        clauses.append(say["sentence"].format(_shortened(explanation.sentence)))
    outcomes = [check.outcome for check in explanation.checks]
    if Outcome.MET in outcomes or Outcome.MISSED in outcomes:
        counts = [say[kind].format(outcomes.count(kind)) for kind in Outcome if kind in outcomes]
        clauses.append(say["specs"].format(say["comma"].join(counts)))
    return clauses or [say["nothing"]]


def _sentence(say: dict[str, str], clauses: Sequence[str]) -> str:
    text = say["joint"].join(clauses) + say["end"]
    return text[0].upper() + text[1:] if say is _ENGLISH else text


def _language(demand: Demand) -> dict[str, str]:
    is_chinese = any("\u3400" <= letter <= "\u9fff" for letter in demand.title + demand.text[:400])
    return _CHINESE if is_chinese else _ENGLISH


def _shortened(sentence: str) -> str:
    plain = " ".join(sentence.split()).rstrip("。.；;")
    return plain if len(plain) <= MAX_SENTENCE else plain[: MAX_SENTENCE - 1] + "…"
