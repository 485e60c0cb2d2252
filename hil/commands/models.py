"""`hil models`: list, fetch and verify the language models."""

import typer

from hil.commands.errors import UsageError
from hil.models import ModelFile, fetch, list_models, verify

app = typer.Typer(help="List, fetch and verify the language models.", no_args_is_help=True)


@app.command("list")
def show() -> None:
    """Print the models that this bench knows, and where they lie."""
    for model in list_models():
        where = model.path if model.is_present else "not here: hil models fetch"
        print(f"{model.name}  {model.size_bytes / 1e6:.0f} MB  {model.licence}  {where}")


@app.command("fetch")
def get(name: str = typer.Argument("", help="Default: the default model.")) -> None:
    """Fetch a model, unless it is here and whole; print where it lies."""
    print(fetch(_named(name)))


@app.command("verify")
def check(name: str = typer.Argument("", help="Default: the default model.")) -> None:
    """Prove a model's file by its hash; print where it lies."""
    print(verify(_named(name)))


def _named(name: str) -> ModelFile:
    models = {model.name: model for model in list_models()}
    if name and name not in models:
        raise UsageError(f"{name} is no model; known: {', '.join(models)}")
    return models[name] if name else list_models()[0]
