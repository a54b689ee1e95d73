// Package sample holds the sample hospital: evidence of a network that does not
// exist, with its site file and its register of approved connections. It is
// what kanmon shows where there is nothing else to show.
package sample

import (
	"embed"
	"io/fs"
)

//go:embed evidence site.yaml register.yaml
var files embed.FS

// FS returns the files of the sample hospital: the folder evidence, site.yaml
// and register.yaml.
func FS() fs.FS { return files }
