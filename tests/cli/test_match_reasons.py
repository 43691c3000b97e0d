"""One sentence says why, in the language of the demand, and claims nothing that is not so."""

from __future__ import annotations

from innovalley.cli.match_reasons import owner_reason, reason
from innovalley.engine.matching import Demand, Explanation, Part
from innovalley.engine.specs import check, find

CHINESE = Demand("d", "余热回收")
ENGLISH = Demand("d", "Heat recovery")


def explanation(**changed: object) -> Explanation:
    plain = {
        "score": 1.0,
        "parts": (Part("words", 0.5, 1.0),),
        "words": (("余热", 1.0), ("焦炉", 0.5)),
        "sentence": "",
        "start": 0,
        "end": 0,
        "checks": (),
        "field": "",
    }
    return Explanation(**(plain | changed))  # type: ignore[arg-type]


def test_speaks_the_language_of_the_demand() -> None:
    assert reason(CHINESE, explanation()) == "都提到余热、焦炉。"
    assert reason(ENGLISH, explanation(words=(("heat", 1.0),))) == "Both mention heat."


def test_quotes_a_sentence_of_the_text_shortened_but_not_the_title() -> None:
    long = "换热器" * 40
    assert "换热器" not in reason(CHINESE, explanation(sentence=long, start=0, end=120))
    said = reason(CHINESE, explanation(sentence=long + "。", start=9, end=130))
    assert "…”" in said
    assert len(said) < 100


def test_counts_the_requirements_where_any_is_met_or_missed() -> None:
    required, promised = find("抗压强度≥60MPa，坍落度≤200mm"), find("抗压强度达到70MPa")
    assert "满足 1 项，未说明 1 项" in reason(CHINESE, explanation(checks=tuple(check(required, promised))))
    assert "指标" not in reason(CHINESE, explanation(checks=tuple(check(required, []))))


def test_without_shared_words_names_what_is_like_and_below_average_nothing() -> None:
    meaning = (Part("meaning", 0.4, 0.8), Part("words", 0.1, 0.2))
    assert reason(CHINESE, explanation(words=(), parts=meaning)) == "含义相近。"
    assert reason(CHINESE, explanation(words=())) == "用语与需求及其他候选成果相近。"
    assert reason(CHINESE, explanation(words=(), parts=meaning, score=-0.5)) == "未发现依据。"
    assert reason(ENGLISH, explanation(words=(), parts=())) == "Nothing speaks for it."


def test_an_owner_s_reason_names_its_evidence() -> None:
    assert owner_reason(CHINESE, ["a1", "a2"], explanation()) == "依据成果 a1、a2；都提到余热、焦炉。"
