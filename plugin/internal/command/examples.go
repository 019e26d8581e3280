package command

// examples are what the help of each command shows of its use; the pages in docs/reference have more.
func examples() map[string]string {
	return map[string]string{
		"init": `  docker multiplat init
  docker multiplat init --platform linux/amd64,linux/arm64,linux/s390x --persist
  docker multiplat init --node linux/arm64=ssh://me@pi`,
		"status": `  docker multiplat status
  docker multiplat status --quiet || docker multiplat init`,
		"deinit": `  docker multiplat deinit
  docker multiplat deinit --emulators --force`,
		"check": `  docker multiplat check .
  docker multiplat check --platform linux/amd64,linux/s390x --format sarif . >check.sarif`,
		"build": `  docker multiplat build --test 'app --version' -t team/app:1.0 .
  docker multiplat build --test-exec 'wget -qO- http://127.0.0.1:8080/health' -t team/web:1.0 .
  docker multiplat build --push --test-local --platform linux/amd64,linux/arm64 -t team/app:1.0 .`,
		"bake": `  docker multiplat bake --print
  docker multiplat bake -f docker-bake.hcl --test-local
  TAG=1.1 docker multiplat bake --push --test 'app --version' api worker`,
		"test": `  docker multiplat test team/app:1.0
  docker multiplat test --test 'app selftest' --report report.xml team/app:1.0
  docker multiplat test --test-local team/app@sha256:DIGEST
  docker multiplat test --manual team/app:1.0`,
		"publish": `  docker multiplat publish team/app:1.0
  docker multiplat publish --allow-untested=linux/s390x --reason "tested on the mainframe" team/app:1.0
  docker multiplat publish --by-digest --metadata-file arm64.json team/app:1.0`,
		"merge": `  docker multiplat merge -t team/app:1.0 --from amd64.json --from arm64.json
  docker multiplat merge -t team/app:1.0 team/app:1.0-amd64 team/app:1.0-arm64
  docker multiplat merge --amend -t team/app:1.0 team/app:1.0-riscv64`,
		"promote": `  docker multiplat promote team/app:2.0-rc1 2.0 latest
  docker multiplat promote team/app@sha256:DIGEST registry.example.com/team/app:2.0`,
		"inspect": `  docker multiplat inspect team/app:1.0
  docker multiplat inspect --remote --format json team/app:1.0`,
		"verify": `  docker multiplat verify --require-tested team/app:1.0
  docker multiplat verify --deep team/app:1.0`,
		"diff": `  docker multiplat diff team/app:1.0
  docker multiplat diff docker-image://team/app:1.0 draft://team/app:1.0`,
		"reproduce": `  docker multiplat reproduce team/app:1.0 .
  docker multiplat reproduce --platform linux/amd64 team/app:1.0 https://git.example.com/team/app.git#v1.0`,
		"ls": `  docker multiplat ls
  docker multiplat ls --filter state=failed --filter platform=linux/arm64
  docker multiplat ls --format json`,
		"tag": `  docker multiplat tag team/app:1.0 registry.example.com/team/app:1.0`,
		"rm":  `  docker multiplat rm team/app:1.0 team/app:1.1`,
		"prune": `  docker multiplat prune --filter until=168h
  docker multiplat prune --all --force`,
		"version": `  docker multiplat version
  docker multiplat version --format '{{.Version}}'`,
	}
}
