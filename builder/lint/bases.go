package lint

// The rules about images that something is taken from, which only a registry can answer.

// BaseNotServed is a platform that an image does not have.
func BaseNotServed() Rule {
	return Rule{"BaseNotServed", Error, "An image that is taken does not exist for a platform that is asked for"}
}

// BaseSingleImage is an image that is one platform's, which BuildKit takes for any.
func BaseSingleImage() Rule {
	return Rule{"BaseSingleImage", Error, "An image of one platform is taken for every platform"}
}

// BasePinnedPlatform is a digest that names one platform's manifest.
func BasePinnedPlatform() Rule {
	return Rule{"BasePinnedPlatform", Error, "An image is pinned to the digest of one platform's manifest"}
}

// BaseOtherOSVersion is another os.version than the one asked for.
func BaseOtherOSVersion() Rule {
	return Rule{"BaseOtherOSVersion", Error, "An image is served for another version of the operating system"}
}

// BaseOtherArchitecture is an image of another architecture that the processor can run, too.
func BaseOtherArchitecture() Rule {
	return Rule{
		"BaseOtherArchitecture",
		Warning,
		"BuildKit takes the image of another architecture in place of the one asked for",
	}
}

// BaseNotFound is an image that is not there at all.
func BaseNotFound() Rule {
	return Rule{"BaseNotFound", Error, "An image that is taken is not in its registry"}
}

// BaseNotKnown is an image that could not be looked up.
func BaseNotKnown() Rule {
	return Rule{"BaseNotKnown", Warning, "An image that is taken could not be looked up"}
}

// BaseRules are all of them.
func BaseRules() []Rule {
	return []Rule{
		BaseNotServed(), BaseSingleImage(), BasePinnedPlatform(), BaseOtherOSVersion(), BaseOtherArchitecture(),
		BaseNotFound(), BaseNotKnown(),
	}
}
