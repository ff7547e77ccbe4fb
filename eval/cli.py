"""`dateline eval`: is it right, and did a change make it better?

Nothing but typer is imported here until a command runs: every `dateline` command loads this module.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.scoring import Scores

app = typer.Typer(
    help="Measure answers: run a set, score, report, compare.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RunFolder = Annotated[Path, typer.Argument(help="The folder of a run.", metavar="RUN")]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        help="The least a score may be, such as refusal_recall=0.9; further ones may follow.",
        metavar="NAME=VALUE",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")]
Data = Annotated[Path | None, typer.Option("--data", help="The folder of an archive.", metavar="DIR")]
QuestionSet = Annotated[
    Path | None,
    typer.Argument(
        help="Cases (.yaml, or a folder of them), a SQuAD or RGB file, a BEIR folder or .zip, a "
        "MultiHop-RAG folder [default: the packaged cases over the sample archive].",
        metavar="SET",
    ),
]
AnswererName = Annotated[str | None, typer.Option(help="Who answers, such as quotes.", metavar="NAME")]
Url = Annotated[str | None, typer.Option(help="Ask this server over HTTP, not in process.")]
Out = Annotated[
    Path | None,
    typer.Option(
        help="The folder of the run; one that was stopped goes on [default: artifacts/runs/…].",
        metavar="DIR",
    ),
]
Concurrency = Annotated[int, typer.Option(help="Questions asked at one time.", min=1, max=64)]
Limit = Annotated[int | None, typer.Option(help="Only so many questions, spread over the set.", min=1)]
Given = Annotated[
    bool, typer.Option("--given", help="SQuAD: ask each question over its own paragraph alone.")
]
Noise = Annotated[float, typer.Option(help="RGB: the share of passages that do not answer.", min=0, max=1)]
Cache = Annotated[
    Path | None,
    typer.Option(help="Where archives of sets are kept [default: the user's cache folder].", metavar="DIR"),
]


@app.command("run")
def run_command(
    questions: QuestionSet = None,
    answerer: AnswererName = None,
    url: Url = None,
    data: Data = None,
    out: Out = None,
    concurrency: Concurrency = 4,
    limit: Limit = None,
    given: Given = False,
    noise: Noise = 0.6,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Ask every question of a set and print the scores.

    All that came back is kept in the folder of the run. A run that was stopped goes on where it was
    when it is given the same --out, and asks again what failed.
    """
    import asyncio

    from eval.run import run_set
    from eval.scoring import score
    from eval.sets import Choice, prepare

    prepared = prepare(
        Choice(
            set=questions,
            answerer=answerer,
            url=url,
            data=data,
            cache=cache or _user_cache(),
            limit=limit,
            given=given,
            noise=noise,
        )
    )
    folder = out or _new_folder(prepared.name)
    # Told before the first question, so that whoever stops the run knows how it goes on.
    typer.echo(f"the run is kept in {folder}; it goes on with --out {folder}", err=True)
    asyncio.run(
        run_set(
            prepared.cases,
            prepared.ask,
            folder,
            name=prepared.name,
            produced_by=prepared.produced_by,
            concurrency=concurrency,
        )
    )
    _show(score(folder, cases=prepared.cases, words_at=prepared.words_at), json)


@app.command("score")
def score_command(
    run: RunFolder,
    more: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", hidden=True)] = None,
    fail_under: FailUnder = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Score a run by today's metrics, without asking again.

    With --data the quotes are looked up in the archive that was asked. Exits 1 where a score is under
    its threshold.
    """
    from eval.citation_metrics import words_in_archive
    from eval.comparing import threshold_faults
    from eval.scoring import score
    from service.settings import load_settings

    thresholds = _thresholds(fail_under, more)
    words_at = words_in_archive(load_settings(data=data).open_archive()) if data else None
    scores = score(run, words_at=words_at, also=thresholds)
    _show(scores, json)
    faults = threshold_faults(scores, thresholds)
    for fault in faults:
        typer.echo(fault, err=True)
    raise typer.Exit(1 if faults else 0)


@app.command("report")
def report_command(run: RunFolder) -> None:
    """Write a run's report.html and summary.md.

    Both are written into the folder of the run; the path of the page is printed.
    """
    from eval.report import write_report

    typer.echo(write_report(run))


@app.command("judge")
def judge_command(
    run: RunFolder,
    model: Annotated[str, typer.Option(help="A model by litellm's name, such as openai/gpt-4o-mini.")],
    json: Json = False,
) -> None:
    """Grade a run by a language model, and say how far it agrees with the rules.

    The grades are kept as judgements.jsonl in the folder of the run. A grade that cannot be read counts
    as none.
    """
    from dataclasses import asdict

    from eval.judging import calibrate, judge_records, litellm_judge
    from eval.run import read_records
    from service.answers import to_json

    records = read_records(run)
    judgements = judge_records(records, litellm_judge(model))
    lines = (to_json({"model": model} | asdict(judgement)) for judgement in judgements)
    (run / "judgements.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    calibration = calibrate(records, judgements)
    typer.echo(to_json(calibration, indent=2) if json else calibration.text())


@app.command("release")
def release_command(
    run: RunFolder,
    version: Annotated[str, typer.Option(help="The version that was measured, such as 0.1.0.")],
) -> None:
    """Keep a run's scores as those of a released version.

    Writes eval/results/VERSION.json and docs/results.md, to be committed with the release.
    """
    from datetime import UTC, datetime

    from eval.results_page import write_release, write_results_page
    from eval.scoring import score

    typer.echo(write_release(score(run), version, datetime.now(UTC).date()))
    typer.echo(write_results_page())


@app.command("compare")
def compare_command(
    before: Annotated[Path, typer.Argument(help="The run to compare with.", metavar="A")],
    after: Annotated[Path, typer.Argument(help="The run that is judged.", metavar="B")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", hidden=True)] = None,
    fail_under: FailUnder = None,
) -> None:
    """Show what run B wins and loses against run A.

    Exits 1 where a score of B is under its threshold, or fell by more than chance.
    """
    from eval.comparing import compare

    comparison = compare(before, after, _thresholds(fail_under, more))
    typer.echo(comparison.text)
    raise typer.Exit(1 if comparison.failed else 0)


@app.command("new")
def new_command(
    feedback: Annotated[
        Path | None,
        typer.Option("--from-feedback", help="A .jsonl file of answers with their ratings.", metavar="FILE"),
    ] = None,
    archive: Annotated[
        bool, typer.Option("--from-archive", help="Draft cases from the articles of the archive.")
    ] = False,
    count: Annotated[int, typer.Option(help="How many cases to draft from the archive.", min=1)] = 10,
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="Write here [default: print].", metavar="FILE")] = None,
) -> None:
    """Propose cases, to be filled in before they can be run."""
    from eval.drafting import from_archive, from_feedback
    from service.settings import load_settings

    if archive == (feedback is not None):
        raise typer.BadParameter("give either --from-feedback FILE or --from-archive")
    text = (
        from_feedback(feedback) if feedback else from_archive(load_settings(data=data).open_archive(), count)
    )
    if out is None:
        typer.echo(text, nl=False)
        return
    _write_new(out, text)
    typer.echo(f"wrote {out}; fill in what is marked")


def _write_new(file: Path, text: str) -> None:
    from index.errors import DatelineError

    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        # What stands there may have been filled in already.
        raise DatelineError(f"{file} is there already; choose another name") from error
    except OSError as error:
        raise DatelineError(f"{file} cannot be written: {error.strerror}") from error


def _show(scores: "Scores", json: bool) -> None:
    """The folder, the mean of every metric that applies, and how many questions failed outright."""
    if json:
        from service.answers import to_json

        typer.echo(to_json({"folder": str(scores.run.folder), "scores": _means(scores)}, indent=2))
        return
    errors = [row.record.error for row in scores.rows if row.record.error]
    typer.echo(f"{scores.run.folder}: {len(scores.rows)} questions, {len(errors)} without an answer")
    if errors:
        typer.echo(f"the first error: {errors[0]}")
    for entry in _means(scores):
        low, high = entry["interval"] or (None, None)
        about = f"  {low:.3f} to {high:.3f}" if low is not None else ""
        typer.echo(f"{entry['metric']:<22}{entry['mean']:>8.3f}{about:<18}  of {entry['scored']}")


def _means(scores: "Scores") -> list[dict[str, Any]]:
    return [
        {
            "metric": one.metric,
            "mean": one.mean,
            "interval": (one.interval.low, one.interval.high) if one.interval else None,
            "scored": one.scored,
        }
        for one in scores.aggregates
        if one.kind is None
    ]


def _thresholds(options: list[str] | None, more: list[str] | None) -> dict[str, float]:
    """NAME=VALUE as thresholds, whether each has its own --fail-under or they follow one."""
    thresholds = {}
    for text in (*(options or ()), *(more or ())):
        name, _, value = text.partition("=")
        try:
            thresholds[name] = float(value)
        except ValueError as error:
            raise typer.BadParameter(
                f"{text!r} is no threshold; write it as refusal_recall=0.9", param_hint="--fail-under"
            ) from error
    return thresholds


def _new_folder(name: str) -> Path:
    from datetime import UTC, datetime

    return Path("artifacts", "runs", f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")


def _user_cache() -> Path:
    """The user's cache folder, after the XDG Base Directory Specification."""
    import os

    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dateline"
