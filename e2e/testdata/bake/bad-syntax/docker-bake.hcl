target "app" {
  nokey = 1
}
