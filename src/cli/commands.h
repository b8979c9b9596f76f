#pragma once
// The verbs of the command line. Each adds itself to the app; its callback does the work.

namespace CLI {
class App;
}

void add_jobs(CLI::App& app);
void add_configure(CLI::App& app);
void add_plan(CLI::App& app);
void add_tokenize(CLI::App& app);
void add_run(CLI::App& app);
void add_checkpoints(CLI::App& app);
void add_generate(CLI::App& app);
void add_export(CLI::App& app);
void add_encode(CLI::App& app);
void add_decode(CLI::App& app);
void add_score(CLI::App& app);
void add_combine(CLI::App& app);
void add_inspect(CLI::App& app);
