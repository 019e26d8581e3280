group "default" { targets = ["d", "g2"] }
group "g2" {
  description = "second"
  targets = ["e"]
}
target "a" { args = { x = "a"
 y = "a" } }
target "b" {
  inherits = ["a"]
  args = { x = "b" }
  platforms = ["linux/amd64"]
}
target "c" {
  inherits = ["a"]
  args = { y = "c" }
}
target "d" {
  inherits = ["b", "c"]
  description = "the last"
}
target "e" {
  inherits = ["d"]
  platforms = ["linux/arm64"]
  dockerfile-inline = "FROM scratch"
}
