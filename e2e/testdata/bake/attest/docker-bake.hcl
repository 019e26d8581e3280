target "default" {
  attest = ["type=sbom", "type=provenance,mode=max"]
  output = ["type=image"]
  secret = ["id=a,src=/etc/hostname", { type = "env", id = "b", env = "HOME" }]
  ssh = ["default"]
  cache-from = [{ type = "registry", ref = "user/app:cache" }]
  cache-to = ["type=inline"]
}
