#!/usr/bin/env bash
# The demo: tokenizes the two texts, runs both phases, and says what to try next. Each command
# continues where it was interrupted, and says so when it is done.
set -euo pipefail
cd "$(dirname "$0")/../.."
ROOT=${1:-runs/demo}
TWOFOLD=build/release/twofold
for text in kjv shakespeare; do
  $TWOFOLD tokenize examples/demo/tokenize.yaml "$ROOT" data.dataset=$text data.source=examples/demo/$text.txt
done
$TWOFOLD run demo examples/demo/demo.yaml "$ROOT"
$TWOFOLD report demo "$ROOT" "$ROOT/demo.html"
cat <<EOF

look at  $ROOT/demo.html                         what was learned, what was forgotten, as one page
files    $ROOT/results/general/default/demo       log.txt  metrics.jsonl  timing.jsonl  config.yaml
         $ROOT/checkpoints/general/default/demo   $($TWOFOLD checkpoints demo "$ROOT" | grep -c '/') checkpoints and pre_lora_checkpoint
try      $TWOFOLD watch demo $ROOT
         $TWOFOLD generate demo $ROOT --prompt "ROMEO:"
         $TWOFOLD generate demo $ROOT --prompt "And God said" --adapters-off
         $TWOFOLD export demo $ROOT --to merged $ROOT/merged
         $TWOFOLD checkpoints demo $ROOT
EOF
