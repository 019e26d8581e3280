package inventory

import (
	"encoding/binary"
	"io"
	"strconv"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/sqlite"
)

func isRPM(dir, base string) bool {
	if dir != "var/lib/rpm/" && dir != "usr/lib/sysimage/rpm/" && dir != "usr/share/rpm/" {
		return false
	}
	return base == "rpmdb.sqlite" || base == "Packages.db" || base == "Packages"
}

// readRPM reads the database of rpm: that in SQLite (Fedora 33, RHEL 9 and later), or rpm's own NDB (SUSE). That in
// Berkeley DB of older systems is not known.
func readRPM(file io.ReaderAt, size int64) (list []Package, known bool) {
	for row, err := range sqlite.Rows(file, size, "Packages") {
		if err != nil {
			return readNDB(file, size)
		}
		if len(list) == mostTold {
			break
		}
		const blobAt, columns = 1, 2
		if len(row) < columns {
			continue
		}
		if blob, ok := row[blobAt].([]byte); ok {
			list = appendHeader(list, blob)
		}
	}
	return list, true
}

// readNDB reads rpm's own database: pages of slots, which say where each package's header is (lib/backend/ndb/rpmpkg.c
// of rpm).
func readNDB(file io.ReaderAt, size int64) (list []Package, known bool) {
	const (
		pageBytes, slotBytes, blockBytes, blobHead = 4096, 16, 16, 16
		maxPages, maxHeader                        = 2048, 64 << 20
		lengthAt, slotMagicAt, offsetAt            = 12, 0, 8
	)
	head := make([]byte, 32)
	if _, err := file.ReadAt(head, 0); err != nil || string(head[:4]) != "RpmP" {
		return nil, false
	}
	const pagesAt = 12
	slots := make([]byte, pageBytes*int64(min(binary.LittleEndian.Uint32(head[pagesAt:]), maxPages)))
	n, err := file.ReadAt(slots, 0)
	if err != nil && n < pageBytes {
		return nil, false
	}
	blob, left := make([]byte, blobHead), size                    // no honest file has more of headers than it is long
	for at := 2 * slotBytes; at+slotBytes <= n; at += slotBytes { // the first two are the header
		slot := slots[at : at+slotBytes]
		offset := int64(binary.LittleEndian.Uint32(slot[offsetAt:])) * blockBytes
		if string(slot[slotMagicAt:4]) != "Slot" || offset == 0 {
			continue
		}
		if _, err := file.ReadAt(blob, offset); err != nil || string(blob[:4]) != "BlbS" {
			return list, false
		}
		length := int64(binary.LittleEndian.Uint32(blob[lengthAt:]))
		if left -= length; left < 0 || length > min(size-offset, maxHeader) {
			return list, false
		}
		header := make([]byte, length)
		if _, err := file.ReadAt(header, offset+blobHead); err != nil {
			return list, false
		}
		list = appendHeader(list, header)
	}
	return list, true
}

// The tags of a package's header that matter here (lib/rpmtag.h of rpm).
const (
	rpmName, rpmVersion, rpmRelease, rpmEpoch, rpmArch = 1000, 1001, 1002, 1003, 1022
)

// appendHeader reads the header of a package: a count of entries, the size of their data, the entries (tag, type,
// offset, count), the data; all big-endian.
func appendHeader(list []Package, header []byte) []Package {
	const prefix, entryBytes, offsetAt = 8, 16, 8
	if len(header) < prefix {
		return list
	}
	count := int64(binary.BigEndian.Uint32(header))
	if count*entryBytes > int64(len(header)-prefix) {
		return list
	}
	data := header[prefix+count*entryBytes:]
	said := map[uint32]string{}
	for i := range count {
		entry := header[prefix+i*entryBytes:]
		tag, offset := binary.BigEndian.Uint32(entry), binary.BigEndian.Uint32(entry[offsetAt:])
		if int64(offset) >= int64(len(data)) {
			continue
		}
		switch tag {
		case rpmName, rpmVersion, rpmRelease, rpmArch:
			said[tag] = untilNull(data[offset:])
		case rpmEpoch:
			if rest := data[offset:]; len(rest) >= 4 {
				said[tag] = strconv.FormatUint(uint64(binary.BigEndian.Uint32(rest)), 10) + ":"
			}
		}
	}
	if said[rpmName] == "" || said[rpmName] == "gpg-pubkey" { // keys are listed as packages
		return list
	}
	return append(list, Package{
		Ecosystem: RPM, Name: said[rpmName], Version: said[rpmEpoch] + said[rpmVersion] + "-" + said[rpmRelease],
		Architecture: said[rpmArch],
	})
}

func untilNull(from []byte) string {
	for i, c := range from {
		if c == 0 {
			return string(from[:i])
		}
	}
	return string(from)
}
