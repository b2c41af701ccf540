"""What `flows run` and `flows serve` accept."""

from __future__ import annotations

import pytest

from hypograph.flows.runtime.publishing import _bars, endpoint_limit
from hypograph.flows.runtime.settings import Settings
from hypograph.flows.server.automations import checked_address
from hypograph.flows.server.deployments import (
    DEPLOYABLES,
    build,
    deployable,
    flow_of,
    read_parameters,
    schedule_of,
    validated,
)
from hypograph.models.core.errors import InputError


def test_values_are_json_where_they_can_be() -> None:
    given = read_parameters(["small=true", "seed=3", "papers=a=b.csv", "table=x.csv"])
    assert given == {"small": True, "seed": 3, "papers": "a=b.csv", "table": "x.csv"}


@pytest.mark.parametrize("word", ["small", "=1", ""])
def test_a_word_without_a_value_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="name=value"):
        read_parameters([word])


@pytest.mark.slow
@pytest.mark.parametrize("name", DEPLOYABLES.names())
def test_every_flow_takes_its_parameters_and_refuses_others(name: str) -> None:
    which = deployable(name)
    given, wrong = (
        ({"folder": "/lab", "space": "/s.toml"}, "batch")
        if name == "campaign-live"
        else ({"small": True, "seed": 5}, "seed")
    )
    arguments = validated(which, given)
    assert given.items() <= arguments["parameters"].items()
    assert set(arguments) == set(flow_of(which).parameters.properties)
    with pytest.raises(InputError, match=f"{name}: colour"):
        validated(which, {**given, "colour": "red"})
    with pytest.raises(InputError, match=wrong):
        validated(which, {**given, wrong: -1})


def test_a_campaign_that_is_not_there_is_told_before_anything_starts() -> None:
    with pytest.raises(InputError, match="no campaign in /nowhere"):
        validated(deployable("campaign-live"), {"folder": "/nowhere"})


def test_an_unknown_flow_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="discovery, literature-refresh"):
        deployable("discover")


@pytest.mark.parametrize(
    ("cron", "interval"), [("* * *", None), (None, 0), (None, -3.0), ("@x", None), ("* * * * *", 5)]
)
def test_a_bad_schedule_is_refused(cron: str | None, interval: float | None) -> None:
    with pytest.raises(InputError):
        schedule_of(cron, interval)


def test_a_schedule_is_in_utc() -> None:
    made = schedule_of("0 3 * * *", None)
    assert made is not None
    assert (made.cron, made.timezone) == ("0 3 * * *", "UTC")
    assert schedule_of(None, None) is None


def test_a_deployment_runs_by_module_path_and_never_beside_itself() -> None:
    made = build(deployable("campaign"), parameters=validated(deployable("campaign"), {"small": True}))
    assert made.entrypoint == "hypograph.flows.discovery.scheduled.campaign"
    assert made.concurrency_limit == 1
    assert made.parameters["parameters"]["small"] is True


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/x", "//host", "https://", "nonsense"])
def test_only_web_addresses_are_called(address: str) -> None:
    with pytest.raises(InputError, match="--notify"):
        checked_address(address)


def test_runs_share_the_limit_of_their_endpoint_only() -> None:
    def limit(url: str | None) -> str | None:
        return endpoint_limit(Settings(llm_base_url=url, llm_model="m" if url else None))

    assert limit(None) is None
    assert limit("http://a:1/v1") == limit("http://a:1/v1")
    assert limit("http://a:1/v1") != limit("http://a:2/v1")


def test_the_plot_is_a_picture_that_needs_no_server() -> None:
    import base64

    from defusedxml import ElementTree

    address = _bars([{"name": "literature", "seconds": 2.0}, {"name": "evidence", "seconds": 4.0}])
    kind, _, data = address.partition(",")
    assert kind == "data:image/svg+xml;base64"
    widths = [
        float(r.get("width", "nan"))
        for r in ElementTree.fromstring(base64.b64decode(data)).iter()
        if r.tag.endswith("rect")
    ]
    assert widths == [160.0, 320.0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"coarse": "Because."}, "needs the question"),
        ({"question": "Why?", "coarse": "Because.", "small": True}, "neither alloys nor small"),
        ({"survey": "Much is known."}, "need a question"),
        ({"question": "Why?", "coarse": "Because.", "calls": 0}, "greater than or equal"),
    ],
)
def test_a_question_comes_whole(given: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        validated(deployable("hypothesis-search"), given)


def test_what_a_deployment_keeps_is_taken_back() -> None:
    which = deployable("hypothesis-search")
    for given in ({}, {"question": "Why?", "coarse": "Because.", "calls": 9}):
        kept = validated(which, given)
        assert validated(which, kept["parameters"]) == kept
