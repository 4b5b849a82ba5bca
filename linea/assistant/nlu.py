"""The one NLU component in `config.yml`: reads a message as an intent or as a bank entry, in one go.

It fills in `intent` and `response_selector`, so that `utter_faq` picks the answer and `rasa test nlu`
writes its reports as with Rasa's own components.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from linea.assistant import fitting, payloads
from linea.assistant.reading import UNWRITTEN
from linea.assistant.understanding import STATE_FILE, Understanding

logger = logging.getLogger(__name__)

# Rasa looks for a class of its own where answers are retrieved; here `BankUnderstanding` does that.
warnings.filterwarnings(
    "ignore", message="You have defined training data with examples for training a response"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BankUnderstanding(GraphComponent):
    """Words and pieces of words, one linear border per intent and entry, calibrated confidence."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Understanding | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: least confidence to answer at; `suggest_threshold`: to ask "¿quisiste decir…?" at;
        `c`, `min_df`: see `fitting.fit`."""
        return {"threshold": 0.55, "suggest_threshold": 0.2, "c": 1.0, "min_df": 2}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BankUnderstanding:
        """A component without a model, about to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> BankUnderstanding:
        """A component with the model that training left. Raises ModelUnreadable if the file is not ours."""
        with model_storage.read_from(resource) as folder:
            model = Understanding.from_bytes((folder / STATE_FILE).read_bytes())
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model to every example that has an intent; stored as plain arrays, never pickled."""
        said = [example for example in training_data.intent_examples if example.get(TEXT)]
        examples = [example for example in said if example.get(INTENT) not in UNWRITTEN]
        labels = [example.get(INTENT_RESPONSE_KEY) or example.get(INTENT) for example in examples]
        texts = [example.get(TEXT) for example in examples]
        self._model, expected = fitting.fit(
            texts,
            labels,
            c=float(self._config["c"]),
            min_df=int(self._config["min_df"]),
            threshold=float(self._config["threshold"]),
            suggest_threshold=float(self._config["suggest_threshold"]),
        )
        logger.info(
            "%d examples, %d labels; cross-validated: %.3f answered rightly, %.3f suggested, %.3f wrongly; "
            "of what is outside the bank %.3f answered, %.3f offered suggestions",
            len(texts), len(self._model.labels), expected.right, expected.suggested, expected.wrong,
            expected.false, expected.offered,
        )  # fmt: skip
        with self._storage.write_to(self._resource) as folder:
            (folder / STATE_FILE).write_bytes(self._model.to_bytes())
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The training data as it was: no later component needs more of it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds intent, ranking, response selection and what `payloads.parsed` adds of ours."""
        for message in messages:
            if self._model is None:
                continue
            parsed = payloads.parsed(self._model.read(message.get(TEXT) or ""))
            for name in parsed.keys() - {"entities"}:
                message.set(name, parsed[name], add_to_output=True)
        return messages
