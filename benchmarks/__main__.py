"""All measurements: `make bench`. Ratios within one run are what counts; the machine may be shared."""

from benchmarks import cheating, database, settle, terminals, track_ingest, tracks, trials, weighing

settle.main([])
settle.main(["--format", "csv"])
database.main([])
trials.main([])
terminals.main([])
tracks.main([])
track_ingest.main([])
cheating.main([])
weighing.main([])
