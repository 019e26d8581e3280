target "webDEP" {
  args = { VAR_INHERITED = "webDEP", VAR_BOTH = "webDEP" }
  no-cache = true
  shm-size = "128m"
  ulimits = ["nofile=1024:1024"]
  extra-hosts = { my_hostname = "8.8.8.8" }
}
target "webapp" {
  dockerfile = "Dockerfile.webapp"
  args = { VAR_BOTH = "webapp" }
  inherits = ["webDEP"]
}
