#pragma once
// The commands of the command line.

#include "cli/command.h"

Command jobs_command();
Command configure_command();
Command plan_command();
Command preview_command();
Command tokenize_command();
Command run_command();
Command checkpoints_command();
Command generate_command();
Command export_command();
Command inspect_command();
Command encode_command();
Command decode_command();
Command score_command();
Command eval_command();
Command combine_command();
Command render_command();
Command chat_command();
Command why_command();
Command finetune_command();
Command report_command();
Command watch_command();
