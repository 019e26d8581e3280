target "default" {
  name = "app-${item.tgt}-${replace(version, ".", "-")}"
  matrix = {
    item = [{ tgt = "lint", v = ["1.0"] }, { tgt = "build", v = ["1.0"] }]
    version = ["1.0", "2.0"]
  }
  target = item.tgt
  args = { VERSION = version }
  tags = ["user/app:${item.tgt}-${version}"]
}
