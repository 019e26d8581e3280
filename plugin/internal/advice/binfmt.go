package advice

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// afterCause is the command that mends what keeps a platform from running, as the kernel's table tells it. image is the
// emulator image.
func afterCause(cause binfmt.Cause, platform, image string) string {
	const prepare = "docker multiplat init"
	switch {
	case cause.NoKernel:
		return "sudo modprobe binfmt_misc && " + binfmt.MountCommand
	case cause.Mount:
		return binfmt.MountCommand + " && " + prepare
	case cause.Off != "":
		return "echo 1 | sudo tee " + quote(binfmt.Folder+"/"+cause.Off)
	case cause.Replace != "":
		return reinstall(image, cause.Replace)
	case cause.Missing:
		return prepare + " --platform " + quote(platform)
	}
	return ""
}

// reinstall takes an entry out of the kernel's table and registers emulators again.
func reinstall(image, entry string) string {
	return fmt.Sprintf("docker run --rm --privileged %s --uninstall %s && docker multiplat init", quote(image),
		quote(entry))
}
