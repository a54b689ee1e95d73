package discover

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"kanmon/discover/fact"
)

// ReadOptions says which files ReadFiles reads, and how.
type ReadOptions struct {
	Paths    []string // files and folders; a folder stands for the files below it
	Formats  []Format // the first one whose Match holds reads the file
	Vantage  string   // where the evidence was taken, as the operator names it; may be empty
	Parallel int      // how many files are read at once; 0 means 2
}

// defaultParallel leaves room for the goroutine that hashes each file on the
// two cores that the smallest machines have.
const defaultParallel = 2

// ReadReport says what became of each file, ordered by path.
type ReadReport struct {
	Inputs []InputReport
}

// InputReport says what became of one file. At most one of Incomplete, Failed,
// PassedOver and Unrecognised is set.
type InputReport struct {
	Path    string
	Named   bool   // named by the operator, not found in a folder
	Size    int64  // in octets, as stored
	Digest  string // Sighting.Input of what was read from it; empty where it was not read
	Format  string // empty where it was not read
	Records uint64 // read or skipped
	Skipped uint64 // records that could not be read
	Skips   []Skipped

	Incomplete   string // why reading ended early; what came before was kept
	Failed       string // why nothing of it could be read: missing, no permission, a device
	PassedOver   string // why it was left alone in its folder: a symbolic link, a device
	Unrecognised bool   // of no known format, or empty
}

// Complete reports whether every file was read to its end, so that nothing in
// the evidence is missing. Files of no known format count only where the
// operator named them: a folder may hold anything.
func (r ReadReport) Complete() bool {
	return !slices.ContainsFunc(r.Inputs, func(in InputReport) bool {
		return in.Incomplete != "" || in.Failed != "" || in.Unrecognised && in.Named
	})
}

// ReadFiles reads evidence files of any of the formats, told by content and
// never by name, and passes what they say to to, with a fact.InputRead for each
// file. Files compressed with gzip are read as what they hold.
//
// A file that cannot be read is an entry of the report and not an error. The
// error is that of to, or of ctx where reading was interrupted; the report then
// still says how far it came. Skipped records are in the report only: to.Skip is
// not called, since its order would depend on which file is faster.
func ReadFiles(ctx context.Context, opts ReadOptions, to Sink) (ReadReport, error) {
	report := ReadReport{Inputs: list(opts.Paths)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(max(opts.Parallel, 0), defaultParallel))
	for i := range report.Inputs {
		in := &report.Inputs[i]
		if in.Failed != "" || in.PassedOver != "" {
			continue
		}
		group.Go(func() error {
			r := fileReader{opts: opts, to: to, report: in}
			return r.read(ctx)
		})
	}
	err := group.Wait()
	return report, err
}

// list returns an entry for each file that paths stand for, each once, ordered
// by path.
func list(paths []string) []InputReport {
	var all []InputReport
	for _, path := range paths {
		st, err := os.Stat(path) // follows a symbolic link that the operator named
		switch {
		case err != nil:
			all = append(all, InputReport{Path: filepath.Clean(path), Named: true, Failed: reason(err)})
		case st.IsDir():
			all = append(all, listFolder(path)...)
		default:
			all = append(all, InputReport{Path: filepath.Clean(path), Named: true})
		}
	}
	slices.SortFunc(all, func(a, b InputReport) int {
		named := func(in InputReport) int {
			if in.Named {
				return 0
			}
			return 1
		}
		return cmp.Or(strings.Compare(a.Path, b.Path), named(a)-named(b))
	})
	return slices.CompactFunc(all, func(a, b InputReport) bool { return a.Path == b.Path })
}

// listFolder returns an entry for each file below root that is not hidden.
// Symbolic links are not followed, so that no loop and no way out of the folder
// exists.
func listFolder(root string) []InputReport {
	var all []InputReport
	walk := func(name string, d fs.DirEntry, err error) error {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err != nil {
			all = append(all, InputReport{Path: path, Failed: reason(err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch hidden := name != "." && strings.HasPrefix(d.Name(), "."); {
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden || d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			all = append(all, InputReport{Path: path, PassedOver: "symbolic links inside a folder are not followed: name it to have it read"})
		case !d.Type().IsRegular():
			all = append(all, InputReport{Path: path, PassedOver: "not a regular file"})
		default:
			all = append(all, InputReport{Path: path})
		}
		return nil
	}
	if err := fs.WalkDir(os.DirFS(root), ".", walk); err != nil {
		all = append(all, InputReport{Path: root, Named: true, Failed: reason(err)})
	}
	return all
}

// reason says in a few words what err is about, without the path, which stands
// beside it.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read it"
	}
	return fact.Clean(err.Error())
}

// EvidenceFormat reads kanmon's own evidence files (see fact.Log). Their
// observations keep the sightings they have: the file is a container, and what
// it was made from stays the input. ReadFiles therefore makes no fact.InputRead
// for one, unless it is damaged.
func EvidenceFormat() Format { return evidenceFormat{} }

type evidenceFormat struct{}

// Name implements Format.
func (evidenceFormat) Name() string { return "evidence" }

// Match implements Format.
func (evidenceFormat) Match(head []byte) bool { return fact.IsLog(head) }

// Read implements Format.
func (evidenceFormat) Read(_ context.Context, in *Input, to Sink) (Summary, error) {
	var (
		s       Summary
		foreign uint64
	)
	err := fact.Decode(in, func(o fact.Observation) error {
		s.Records++
		return to.Emit(o)
	}, func(line int, err error) {
		s.Records++
		to.Skip(fmt.Sprintf("line %d", line), err)
		// Half a line is what a killed program leaves, and the rest is whole.
		// Any other fault is of a line that was whole, and says something that
		// is now missing.
		if half := (*json.SyntaxError)(nil); !errors.As(err, &half) {
			foreign++
		}
	})
	if err == nil && foreign > 0 {
		err = fmt.Errorf("%d lines are not as this kanmon writes them and were left out", foreign)
	}
	return s, err
}
