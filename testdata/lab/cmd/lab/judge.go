//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"kanmon/testdata/lab"
	"kanmon/testdata/lab/score"
	"kanmon/topology"
)

// judge prints the score of a snapshot against the hospital's truth.
func judge(plan *lab.Plan, args []string) error {
	flags := flag.NewFlagSet("lab score", flag.ContinueOnError)
	level := flags.String("vantage", string(score.SNMP), "what was done to make it: passive, snmp or probe")
	markdown := flags.Bool("markdown", false, "tables in markdown")
	var file string
	if len(args) > 0 { // the flags may stand behind the file
		file, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if file == "" || flags.NArg() > 0 || !slices.Contains(score.Levels(), score.Level(*level)) {
		return errors.New("usage: lab score SNAPSHOT [-vantage passive|snmp|probe] [-markdown]")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("lab: score: %w", err)
	}
	var s topology.Snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("lab: score: %s is no snapshot: %w", file, err)
	}
	if s.Schema != topology.Schema {
		return fmt.Errorf("lab: score: %s is no snapshot: its schema is %q, want %q", file, s.Schema, topology.Schema)
	}
	site := plan.Truth()
	results := []score.Result{score.Of(site, &s, score.Level(*level))}
	fmt.Printf("%s\n%s\n%s", score.Table(results, *markdown), score.WaysOutTable(site, results, *markdown), score.Details(results))
	return nil
}

func truth(plan *lab.Plan) error {
	text, err := plan.Truth().JSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

// able says on standard output why there cannot be a lab here.
func able(ctx context.Context, plan *lab.Plan) error {
	err := lab.Able(ctx, plan)
	if err != nil {
		fmt.Println(err)
	}
	return err
}
