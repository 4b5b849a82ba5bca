# One word per job; `make` alone lists them. Everything runs from .venv, which is made when it is missing.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test train check bench soak clean install lock

BIN := .venv/bin
VENV := .venv/.lista

help:
	@echo "make run      enciende la línea en esta máquina, con un teléfono simulado"
	@echo "make test     revisa todo: estilo, tipos, banco de respuestas y pruebas"
	@echo "make check    solo las revisiones rápidas (estilo, tipos, banco)"
	@echo "make train    entrena al asistente con lo que hay en data/"
	@echo "make bench    mide la velocidad y cómo entiende, y escribe bench/RESULTS.md; una parte: PARTS=language;"
	@echo "              con preguntas tuyas: make bench PARTS=language QUESTIONS=\"una.jsonl otra.jsonl\""
	@echo "make soak     pruebas de caídas, largas y con un final fijado"
	@echo "make install  solo prepara .venv"
	@echo "make lock     fija otra vez las versiones de pyproject.toml (necesita uv)"
	@echo "make clean    borra lo que se puede volver a hacer (no borra var/)"

# The stamp is newer than the lock, or the environment is made again.
$(VENV): requirements.lock pyproject.toml tools/venv
	@sh tools/venv
	@touch $@

install: $(VENV)

run: $(VENV)
	@$(BIN)/linea run

train: $(VENV)
	@$(BIN)/linea train

check: $(VENV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/linea bank check

test: check
	$(BIN)/python -m pytest

bench: $(VENV)
	$(BIN)/python -m bench $(PARTS) $(QUESTIONS:%=--questions %) $(LABELS:%=--labels %)

# Bounded: LINEA_TEST_SCALE multiplies the number of kills and messages, never the patience of a wait.
soak: $(VENV)
	LINEA_TEST_SCALE=$${LINEA_TEST_SCALE:-10} $(BIN)/python -m pytest tests/journeys/faults

# No index address and no path may stand in the lock: tests/test_promises.py looks.
lock:
	uv pip compile pyproject.toml --extra test --python-version 3.10 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --quiet --output-file requirements.lock

clean:
	rm -rf .venv .rasa models results train_test_split *.egg-info .mypy_cache .ruff_cache .pytest_cache
	rm -rf .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
