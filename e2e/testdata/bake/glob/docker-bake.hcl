target "webapp-a" {}
target "webapp-b" {}
target "other" {}
