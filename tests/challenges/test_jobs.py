"""From a change of demands or achievements to the rows a page reads, through the real queue."""

from __future__ import annotations

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.challenges import actions, jobs, ranking, supply
from innovalley.challenges.models import AchievementMatch, Demand, DemandState, MatchRun, TeamMatch
from innovalley.engine import matching
from innovalley.engine.specs import Outcome
from innovalley.registry import progress
from innovalley.registry.models import Achievement, AchievementSpec, Embedding
from innovalley.registry.signals import supply_changed
from tests.challenges.factories import CharacterEmbedder, at_least, company_user, demand, demand_spec
from tests.registry import factories as registry
from tests.registry.work import work

pytestmark = pytest.mark.django_db(transaction=True)


def coal_and_steel() -> tuple[Achievement, Achievement]:
    coal = registry.achievement(
        "循环流化床锅炉低氮燃烧技术",
        text="锅炉出口氮氧化物浓度不超过 50 mg/m3。",
        team=registry.team("清洁燃烧团队"),
    )
    steel = registry.achievement(
        "高强度不锈钢薄带轧制工艺", text="抗拉强度 ≥ 900 MPa，厚度 0.02 mm。", team=registry.team("轧制团队")
    )
    return coal, steel


def top_titles(of: Demand) -> list[str]:
    return [match.achievement.title for match in of.match_run.achievements.select_related("achievement")]


def test_new_achievements_are_embedded_and_every_demand_gets_its_ranking() -> None:
    coal, steel = coal_and_steel()
    wanted = demand("流化床锅炉低氮改造", text="要求氮氧化物浓度低。")
    other = demand("不锈钢薄带轧制", text="要求抗拉强度高。")
    supply_changed.send(sender=Achievement)
    work()
    wanted, other = Demand.objects.get(pk=wanted.pk), Demand.objects.get(pk=other.pk)
    assert top_titles(wanted)[0] == coal.title
    assert top_titles(other)[0] == steel.title
    assert wanted.match_run.teams.get(rank=1).team == coal.team
    assert wanted.match_run.semantic
    assert wanted.match_run.considered == 2
    assert progress.of("embeddings") is None
    assert not supply.embedding_is_under_way()


def test_only_what_changed_is_embedded_again() -> None:
    coal, _steel = coal_and_steel()
    supply_changed.send(sender=Achievement)
    work()
    assert CharacterEmbedder.asked == 2
    coal.text = "锅炉出口氮氧化物浓度不超过 30 mg/m3。"
    coal.save()
    supply_changed.send(sender=Achievement)
    work()
    assert CharacterEmbedder.asked == 3


def test_a_demand_is_ranked_by_words_at_once_and_by_meaning_when_the_embeddings_are_there() -> None:
    coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.queue_ranking()
    jobs.rank_all()  # before anything is embedded
    assert not MatchRun.objects.get(demand=wanted).semantic
    work()
    assert MatchRun.objects.get(demand=wanted).semantic


def test_a_demand_keeps_its_result_by_meaning_while_new_achievements_are_embedded() -> None:
    coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.queue_ranking()
    work()
    registry.achievement("锅炉烟气脱硝催化剂")
    jobs.queue_ranking()
    jobs.rank_all()
    run = MatchRun.objects.get(demand=wanted)
    assert (run.semantic, run.considered) == (True, 2)
    work()
    run.refresh_from_db()
    assert (run.semantic, run.considered) == (True, 3)


def test_embedding_that_is_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        registry.achievement(f"成果第{number}号")
    monkeypatch.setattr(CharacterEmbedder, "killed_after", 10)
    with pytest.raises(KeyboardInterrupt):
        jobs.embed_supply()
    assert 0 < Embedding.objects.count() < 20
    kept = Embedding.objects.count()
    monkeypatch.setattr(CharacterEmbedder, "killed_after", None)
    CharacterEmbedder.asked = 0
    jobs.embed_supply()
    assert CharacterEmbedder.asked == 20 - kept
    assert Embedding.objects.count() == 20


def test_embedding_works_in_slices_that_let_others_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.000001)
    for number in range(20):
        registry.achievement(f"成果第{number}号")
    jobs.embed_supply()
    assert 0 < Embedding.objects.count() < 20
    waiting = ProcrastinateJob.objects.get(status="todo")
    assert waiting.task_name == "challenges.embed_supply"
    assert waiting.args["after"] > 0
    shown = progress.of("embeddings")
    assert shown is not None
    assert (shown.done, shown.total) == (Embedding.objects.count(), 20)
    work()
    assert Embedding.objects.count() == 20
    assert progress.of("embeddings") is None


def test_embedding_can_be_stopped_and_what_is_done_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        registry.achievement(f"成果第{number}号")
    wanted = demand("成果")
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.000001)
    jobs.embed_supply()
    progress.ask_to_stop("embeddings")
    work()
    assert 0 < Embedding.objects.count() < 20
    assert progress.of("embeddings") is None
    assert not MatchRun.objects.get(demand=wanted).semantic


def test_where_the_model_fails_demands_are_ranked_by_words(settings: object) -> None:
    settings.EMBEDDER = "tests.challenges.test_jobs.BrokenEmbedder"  # type: ignore[attr-defined]
    coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.queue_ranking()
    work()
    assert not MatchRun.objects.get(demand=wanted).semantic
    assert ProcrastinateJob.objects.filter(task_name="challenges.embed_supply", status="todo").exists()


def test_where_the_model_stops_answering_demands_are_ranked_by_words_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coal_and_steel()
    jobs.queue_ranking()
    work()
    wanted = demand("流化床锅炉低氮改造")
    with monkeypatch.context() as patch:
        patch.setattr(CharacterEmbedder, "queries", BrokenEmbedder.queries)
        with pytest.raises(jobs.NoAnswerError):
            jobs.rank_demand(wanted.pk)
    run = MatchRun.objects.get(demand=wanted)
    assert not run.semantic
    assert run.achievements.count() == 2
    jobs.rank_demand(wanted.pk)
    assert MatchRun.objects.get(demand=wanted).semantic


def test_without_a_model_demands_are_ranked_by_words(settings: object) -> None:
    settings.EMBEDDER = ""  # type: ignore[attr-defined]
    coal, _steel = coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.queue_ranking()
    work()
    wanted = Demand.objects.get(pk=wanted.pk)
    assert not wanted.match_run.semantic
    assert top_titles(wanted)[0] == coal.title


def test_a_ranking_repeated_writes_the_same_once() -> None:
    coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.rank_demand(wanted.pk)
    first = list(AchievementMatch.objects.values_list("achievement_id", "rank", "score"))
    jobs.rank_demand(wanted.pk)
    assert list(AchievementMatch.objects.values_list("achievement_id", "rank", "score")) == first
    assert MatchRun.objects.count() == 1
    assert TeamMatch.objects.count() == 2


def test_the_evidence_of_every_ranked_team_is_explained_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "TOP_ACHIEVEMENTS", 1)
    coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    jobs.rank_demand(wanted.pk)
    explained = set(AchievementMatch.objects.values_list("achievement_id", flat=True))
    evidence = {pk for team in TeamMatch.objects.all() for pk in team.evidence}
    assert len(evidence) == 2
    assert evidence <= explained


def test_specs_typed_in_rows_are_what_is_compared() -> None:
    achievement = registry.achievement("不锈钢薄带", text="")
    AchievementSpec.objects.create(
        achievement=achievement, **AchievementSpec.columns_of(at_least("抗拉强度", "900", "MPa"))
    )
    wanted = demand("不锈钢薄带")
    demand_spec(wanted, at_least("抗拉强度", "0.8", "GPa"))
    jobs.rank_demand(wanted.pk)
    checks = AchievementMatch.objects.get().explanation["checks"]
    assert len(checks) == 1
    assert checks[0]["outcome"] in set(Outcome)


@pytest.mark.parametrize("act", ["write", "save", "submit", "publish"])
def test_each_act_that_changes_a_demand_queues_its_ranking_once(act: str) -> None:
    company = registry.organisation()
    user, office = company_user(company), registry.user()
    made = actions.write_demand(
        actor=user,
        organisation=company,
        content={"title": "题目", "text": "正文", "field": registry.taxon(registry.Field, "energy", "能源")},
        specs=[],
    )
    if act != "write":
        ProcrastinateJob.objects.all().delete()
    if act == "save":
        for version in (1, 2):
            actions.save_demand(
                actor=user, demand_id=made.pk, version=version, content={"text": f"正文{version}"}, specs=[]
            )
    if act in ("submit", "publish"):
        actions.submit_demand(actor=user, demand_id=made.pk)
    if act == "publish":
        actions.publish_demand(actor=office, demand_id=made.pk)
    job = ProcrastinateJob.objects.get(status="todo")
    assert (job.task_name, job.args) == ("challenges.rank_demand", {"demand_id": made.pk})


def test_a_demand_saved_while_it_is_ranked_is_ranked_as_it_stands_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _coal, steel = coal_and_steel()
    wanted = demand("流化床锅炉低氮改造")
    find = ranking._find
    seen: list[str] = []

    def find_while_it_is_saved(each: matching.Demand, index: supply.Index) -> object:
        seen.append(each.title)
        if len(seen) == 1:
            Demand.objects.filter(pk=wanted.pk).update(title="不锈钢薄带轧制", version=2)
        return find(each, index)

    monkeypatch.setattr(ranking, "_find", find_while_it_is_saved)
    jobs.rank_demand(wanted.pk)
    assert seen == ["流化床锅炉低氮改造", "不锈钢薄带轧制"]
    wanted = Demand.objects.get(pk=wanted.pk)
    assert wanted.match_run.demand_version == 2
    assert top_titles(wanted)[0] == steel.title


def test_a_withdrawn_or_empty_demand_is_not_ranked() -> None:
    coal_and_steel()
    Demand.objects.create(organisation=registry.organisation(), title="", state=DemandState.DRAFT)
    demand("不再需要", state=DemandState.WITHDRAWN)
    draft = demand("草稿", state=DemandState.DRAFT)
    jobs.rank_all()
    assert [run.demand for run in MatchRun.objects.all()] == [draft]


def test_rank_all_goes_on_from_slice_to_slice_until_all_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    coal_and_steel()
    for _ in range(5):
        demand()
    monkeypatch.setattr(jobs, "CHUNK", 2)
    jobs.rank_all()
    assert MatchRun.objects.count() == 2
    work()
    assert MatchRun.objects.count() == 5


def test_the_index_is_fitted_again_only_when_achievements_change() -> None:
    coal, _steel = coal_and_steel()
    first = supply.current_index()
    assert supply.current_index() is first
    with transaction.atomic():
        Achievement.objects.filter(pk=coal.pk).update(title="另一个题目")  # without touching `updated`
    assert supply.current_index() is not first


def test_a_registry_without_achievements_gives_an_empty_result() -> None:
    wanted = demand("流化床锅炉低氮改造")
    jobs.rank_demand(wanted.pk)
    assert MatchRun.objects.get(demand=wanted).considered == 0


class BrokenEmbedder(CharacterEmbedder):
    """A model that does not answer."""

    name = "broken"

    def passages(self, texts: object) -> object:  # type: ignore[override]
        raise ConnectionError("no answer")

    queries = passages  # type: ignore[assignment]
