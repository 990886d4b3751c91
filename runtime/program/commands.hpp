#pragma once

#include "runtime/program/requests.hpp"

/// The commands of the program: each returns its exit code (0, or 1 for a mistake of the user's that it has
/// reported) and throws Error for what it could not do.
namespace gandsl::program {

int run(const RunRequest& request);
int check(const CheckRequest& request);
int time(const TimeRequest& request);
int format(const FormatRequest& request);
int help(const HelpRequest& request);
int gradcheck(const GradcheckRequest& request);
int create(const NewRequest& request);
int sample(const SampleRequest& request);
int verify_resume(const VerifyRequest& request);

}  // namespace gandsl::program
