"""Chat templates: Jinja programs from an untrusted file, so they run in a sandbox and see plain values only."""

from collections.abc import Mapping
from typing import NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from firmware_bindings.kernel.errors import ModelFileError

MAX_TEMPLATE_CHARS = 65_536


class ChatTemplate:
    """A template that turns one user turn into a prompt.

    Args:
        source: the template. It may put in a default system message; nothing is added to what it says.
        tokens: texts of special tokens that templates refer to: bos_token, eos_token.

    Raises:
        ModelFileError: not a template.
    """

    def __init__(self, source: str, tokens: Mapping[str, str]) -> None:
        if len(source) > MAX_TEMPLATE_CHARS:
            raise ModelFileError(f"chat template is absurdly long: {len(source)} characters")
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _refuse
        self._tokens = dict(tokens)
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise ModelFileError(f"chat template: {error}") from error

    def render(self, question: str) -> str:
        """The prompt for one user turn, up to where the answer starts.

        Raises:
            ModelFileError: the template does what the sandbox forbids, fails, or refuses this conversation.
        """
        messages = [{"role": "user", "content": question}]
        try:
            return self._template.render(messages=messages, add_generation_prompt=True, **self._tokens)
        except Exception as error:  # whatever a program from the file raises is the file's fault
            raise ModelFileError(f"chat template: {error}") from error

    def find(self, question: str, prompt: str) -> tuple[int, int]:
        """Where the question, perhaps trimmed by the template, lies in its own prompt: first and last + 1 character.

        What the template writes around it is learnt from a stand-in. A template whose own words depend on the
        question, or that repeats it, is refused: what is the user's could then not be told from what is the file's.
        """
        mark = "\N{OBJECT REPLACEMENT CHARACTER}"
        stand_in = self.render(mark)
        before, _, after = stand_in.partition(mark)
        begin, end = len(before), len(prompt) - len(after)
        whole = stand_in.count(mark) == 1 and prompt.startswith(before) and prompt.endswith(after)
        if not whole or begin > end or prompt[begin:end] not in question:
            raise ModelFileError("chat template: what it says depends on what was asked")
        return begin, end


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)
