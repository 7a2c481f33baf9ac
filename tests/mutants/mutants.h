// The seeded bugs: each a switch in the product's own code (base/mutant.h), and the checker that must catch it.
#ifndef TESTS_MUTANTS_MUTANTS_H_
#define TESTS_MUTANTS_MUTANTS_H_

namespace pe {

struct Mutant {
  const char* name;
  const char* bug;
  const char* checker;  // "simulation", or a GoogleTest filter
};

inline constexpr char kSimulation[] = "simulation";

inline constexpr Mutant kMutants[] = {
    // ---- The engine
    {"drop_event", "an event is stored and not published", kSimulation},
    {"answer_before_commit", "a job is acknowledged before it is durable", kSimulation},
    {"append_after_the_end", "a call that comes while a job's end is being stored is stored after it",
     "EngineCoreTest.ACancel*"},
    {"act_before_commit", "effects are done before the events that justify them are durable", kSimulation},
    {"refused_commit_is_success", "a failed commit is taken for a success", kSimulation},
    {"forget_request_id", "a request id is not stored with its job", kSimulation},
    {"two_jobs_on_a_host", "a queued job is granted its host at once", kSimulation},
    {"open_next_wave_early", "a wave begins before the one before it has ended", kSimulation},
    {"accept_gap", "a gap in an agent's reports goes unnoticed", kSimulation},
    {"accept_twice", "a report that comes twice is taken twice", kSimulation},
    {"lose_cancel", "a cancel does not reach the agent", "EngineCoreTest.Cancel*"},
    {"plan_settles_handlers", "a plan's run that is heard late counts as having run what is owed", kSimulation},
    {"forget_inherited_handler", "what a job leaves owed to a host is not kept", kSimulation},
    {"run_without_approval", "a job that needs an approval runs without one", kSimulation},
    {"lease_not_checked", "a store takes batches of an engine whose lease is over", kSimulation},
    {"watch_off_by_one", "a resumed watch leaves one event out", "WatchState.*"},
    // ---- The agent
    {"ignore_epoch", "a lower epoch is obeyed", kSimulation},
    {"run_twice", "a command whose end was not seen is run again", kSimulation},
    {"unknown_is_success", "an unknown outcome is called a success", kSimulation},
    {"intent_not_synced", "a command begins before its intent is durable", kSimulation},
    {"trust_old_numbers", "numbers of an earlier life say what the engine has", kSimulation},
    {"trust_journal_alone", "what the engine knows to have ended is reported as unknown", kSimulation},
    {"begun_is_skipped", "a step that was begun is called skipped", kSimulation},
    {"forget_handler", "a change notifies nobody", kSimulation},
    {"forget_terminal_ack", "a run's end is acknowledged and its journal stays", "SessionTest.*"},
    {"retry_without_backoff", "a failed attempt is repeated at once", "RunnerTest.Retries*"},
    {"skip_undo", "an undo is recorded and not done", kSimulation},
    {"undo_twice", "an undo is done and not recorded", kSimulation},
    {"confirm_without_reconnect", "an open connection confirms a guarded step", kSimulation},
    {"forget_guard", "a restarted agent does not know that a guarded step waits", kSimulation},
    {"secret_in_event", "output is not redacted", kSimulation},
    {"journal_without_checksum", "a damaged journal record is believed", "JournalFormatTest.*"},
    {"torn_file_write", "a file is written over instead of replaced", "FileSystemTest.*"},
    {"leak_child", "a process that left its group is not ended", "ProcessTest.WhatACommand*"},
};

}  // namespace pe

#endif  // TESTS_MUTANTS_MUTANTS_H_
