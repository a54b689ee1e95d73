package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"kanmon/discover/fact"
	"kanmon/render"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// Bounds of an operator's own signatures, far above what a hospital writes.
const (
	maxSignatureFiles = 100
	maxSignatures     = 5000
)

// ownSignatures are the signatures of an operator's files, and the files.
type ownSignatures struct {
	set   *signature.Set // nil: none
	files []topology.Input
}

// loadSignatures reads signature files, and those of folders. The same ID in
// two of them is an error: which of them is meant cannot be known.
func loadSignatures(paths []string) (ownSignatures, error) {
	var own ownSignatures
	files, err := signatureFiles(paths)
	if err != nil {
		return own, err
	}
	from := make(map[string]string)
	for _, path := range files {
		h := sha256.New()
		s, err := load(path, func(r io.Reader, name string) (*signature.Set, error) {
			return signature.Load(io.TeeReader(r, h), name)
		})
		if err != nil {
			return own, err
		}
		all := s.All()
		for _, x := range all {
			if first, ok := from[x.ID]; ok {
				return own, usage("give each signature an id of its own", "%s: id %q is used already in %s", path, x.ID, first)
			}
			from[x.ID] = path
		}
		if len(from) > maxSignatures {
			return own, usage("", "%s: more than %d signatures in all", path, maxSignatures)
		}
		if own.set == nil {
			own.set = s
		} else {
			own.set = own.set.With(s)
		}
		own.files = append(own.files, topology.Input{
			Digest: "sha256:" + hex.EncodeToString(h.Sum(nil)[:8]), Name: fact.Clean(filepath.Base(path)),
			Format: "signatures", Records: uint64(len(all)),
		})
	}
	return own, nil
}

// signatureFiles returns the files that paths name: a folder stands for the
// YAML files in it, in order of their names.
func signatureFiles(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, usage("", "%w", err)
		}
		if !st.IsDir() {
			out = append(out, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, usage("", "%w", err)
		}
		found := 0
		for _, e := range entries {
			ext := strings.ToLower(filepath.Ext(e.Name()))
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") || ext != ".yaml" && ext != ".yml" {
				continue
			}
			out = append(out, filepath.Join(path, e.Name()))
			found++
		}
		if found == 0 {
			return nil, usage("name files, or a folder that has them", "%s: no .yaml file is in this folder", path)
		}
	}
	if len(out) > maxSignatureFiles {
		return nil, usage("put them together", "%d signature files, and at most %d are read", len(out), maxSignatureFiles)
	}
	return out, nil
}

// tellReplaced says which signatures of kanmon an operator's own stand in for.
func (a *app) tellReplaced(base *signature.Set, own ownSignatures) {
	if own.set == nil {
		return
	}
	for _, x := range own.set.All() {
		if base.Get(x.ID) != nil {
			a.note("signature %q is yours, and takes the place of kanmon's own", x.ID)
		}
	}
}

func (a *app) signaturesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "signatures",
		Short: "List, check or begin signatures: what external connections are recognised by",
		Long: `A signature says by which names, addresses or words a service is recognised.
Kanmon brings many; a file of your own, for the vendors of your hospital, stands
beside them with --signatures. Of several that match, the most specific name or
address decides, then yours. One of yours with the id of one of kanmon's takes its
place.`,
		Args: command,
		RunE: help,
	}
	c.AddCommand(a.signaturesListCommand(), a.signaturesCheckCommand(), a.signaturesTemplateCommand())
	return c
}

func (a *app) signaturesListCommand() *cobra.Command {
	var (
		paths  []string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "list",
		Short: "List the signatures: category, id, service and source",
		Args:  args(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			set, err := signature.Default()
			if err != nil {
				return fmt.Errorf("embedded signatures: %w", err)
			}
			own, err := loadSignatures(paths)
			if err != nil {
				return err
			}
			if own.set != nil {
				set = set.With(own.set)
			}
			if asJSON {
				return writeJSON(a.Stdout, struct {
					Signatures []listedSignature `json:"signatures"`
				}{listSignatures(set)})
			}
			return a.printSignatures(set)
		},
	}
	c.Flags().StringArrayVar(&paths, "signatures", nil, "file or folder of your own signatures, beside the embedded ones")
	c.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return c
}

// listedSignature is a signature as it is listed.
type listedSignature struct {
	ID         string            `json:"id"`
	Category   topology.Category `json:"category"`
	Service    string            `json:"service"`
	ServiceJA  string            `json:"service_ja,omitempty"`
	Source     string            `json:"source"`
	Confidence string            `json:"confidence"`
}

// listSignatures returns the signatures in the order of categories.
func listSignatures(set *signature.Set) []listedSignature {
	all := set.All()
	out := make([]listedSignature, 0, len(all))
	for _, category := range topology.Categories() {
		for _, x := range all {
			if x.Category == category {
				out = append(out, listedSignature{x.ID, x.Category, x.Service, x.ServiceJA, x.Source, x.Confidence})
			}
		}
	}
	return out
}

func (a *app) printSignatures(set *signature.Set) error {
	var b strings.Builder
	for _, x := range listSignatures(set) {
		service := x.Service
		if a.lang == render.Japanese && x.ServiceJA != "" {
			service = x.ServiceJA
		}
		fmt.Fprintf(&b, "%-20s  %-24s  %s  [%s; %s]\n", x.Category, x.ID, service, x.Confidence, x.Source)
	}
	_, err := io.WriteString(a.Stdout, b.String())
	return err
}

func (a *app) signaturesCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check PATH...",
		Short: "Check signature files, try their examples, and say which other signatures they meet",
		Long: `Reads signature files as map does, or those of a folder. A file with a fault ends
with code 2, and the fault and its line are told.

` + exitCodes,
		Args: args(1, -1, "at least one signature file or folder"),
		RunE: func(_ *cobra.Command, paths []string) error {
			own, err := loadSignatures(paths)
			if err != nil {
				return err
			}
			base, err := signature.Default()
			if err != nil {
				return fmt.Errorf("embedded signatures: %w", err)
			}
			a.tellReplaced(base, own)
			for _, o := range base.With(own.set).Overlaps() {
				if own.set.Get(o.Signature.ID) != nil {
					a.note("signature %q: its example, %s, is decided by %q", o.Signature.ID, o.Example, o.By.ID)
				} else {
					a.note("signature %q goes before kanmon's %q for %s", o.By.ID, o.Signature.ID, o.Example)
				}
			}
			for _, f := range own.files {
				if _, err := fmt.Fprintf(a.Stdout, "%s: %d signatures, no fault found\n", f.Name, f.Records); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) signaturesTemplateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "template",
		Short: "Print a signature file to start from",
		Args:  args(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.Stdout, signature.Template())
			return err
		},
	}
}
