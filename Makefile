# Each target is one script that installs what it needs (see scripts/setup) and skips what is up to date.

.PHONY: help demo test soak bench build fmt lint clean
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## build, start the embedded Hub, push a sample folder under Node, serve the page until Ctrl-C
	@scripts/demo.sh

test: ## every check that CI runs; one of them: scripts/ci/run.sh NAME
	@scripts/ci/run.sh

soak: ## the long tests at full size
	@scripts/soak.sh

bench: ## native benchmarks, and those in headless Chromium
	@scripts/bench.sh

build: ## the wasm, the npm package (dist/), the page (www/dist/), the embedded Hub (target/bin/)
	@scripts/build/all.sh

fmt: ## format Rust and TypeScript
	@scripts/fmt.sh

lint: ## formatting, types, lint and layering, without running tests
	@scripts/ci/run.sh setup hygiene fmt layering build typescript clippy

clean: ## remove what was built; the cache outside the tree stays
	@rm -rf dist www/dist js/src/wasm js/src/wasm-threads target node_modules test-results
