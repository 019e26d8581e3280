variable "FOO" { default = "abc" }
variable "ports" { default = [1, 2] }
variable "named" {
  type = map(string)
  default = { k = "v" }
  description = "a map"
}
function "increment" {
  params = [number]
  result = number + 1
}
function "tag" {
  params = [tag]
  result = ["reg/app:${tag}"]
}
target "default" {
  args = {
    BUILT = "${FOO == "abc" ? upper(FOO) : ""}-${increment(ports[1])}"
    STAMP = formatdate("YYYY", "2020-01-02T00:00:00Z")
    DOLLAR = "$${literal} %%{literal}"
    MAP = jsonencode(named)
    HASH = sha256("x")
    NULL = null
  }
  tags = tag("v1")
  labels = { "a.b/c" = basename("/x/y.txt") }
}
