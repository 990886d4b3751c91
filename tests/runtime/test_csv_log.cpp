#include <sys/resource.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <limits>
#include <vector>

#include "runtime/files/csv_log.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::files;
using namespace gandsl::test;

BOOST_AUTO_TEST_SUITE(csv_log)

BOOST_AUTO_TEST_CASE(writes_a_header_and_rows) {
    const ScratchFolder folder;
    CsvLog log = CsvLog::create(folder / "log.csv", {"D.loss", "G.loss"});
    log.append(1, 1, 0.25, std::array{0.1F, 1e-9F});
    log.append(20, 2, 12.34567, std::array{-3.0F, std::numeric_limits<float>::quiet_NaN()});
    BOOST_TEST(log.rows() == 2);
    log.sync();
    BOOST_TEST(read_file(folder / "log.csv") ==
               "step,epoch,seconds,D.loss,G.loss\n1,1,0.25,0.1,1e-09\n20,2,12.346,-3,nan\n");
    BOOST_CHECK_THROW(log.append(3, 1, 0, std::array{1.0F}), Error);
}

BOOST_AUTO_TEST_CASE(numbers_are_short_and_exact) {
    BOOST_TEST(shortest(0.1F) == "0.1");
    BOOST_TEST(shortest(0.1) == "0.1");
    BOOST_TEST(shortest(1.0F / 3) == "0.33333334");
    BOOST_TEST(shortest(-std::numeric_limits<float>::infinity()) == "-inf");
    BOOST_TEST(shortest(-std::numeric_limits<float>::quiet_NaN()) == "nan");
    for (float value = 1e-30F; value < 1e30F; value *= 7.7F) {
        BOOST_TEST(std::stof(shortest(value)) == value);
    }
}

BOOST_AUTO_TEST_CASE(goes_on_after_the_rows_of_a_checkpoint) {
    const ScratchFolder folder;
    {
        CsvLog log = CsvLog::create(folder / "log.csv", {"loss"});
        for (std::uint64_t step = 1; step <= 5; ++step) {
            log.append(step, 1, 0, std::array{static_cast<float>(step)});
        }
    }
    write_file(folder / "log.csv", read_file(folder / "log.csv") + "6,1,0,");  // cut off by a crash
    {
        CsvLog log = CsvLog::resume(folder / "log.csv", {"loss"}, 3);
        BOOST_TEST(log.rows() == 3);
        log.append(4, 1, 0, std::array{44.0F});
        BOOST_TEST(log.rows() == 4);
    }
    BOOST_TEST(read_file(folder / "log.csv") ==
               "step,epoch,seconds,loss\n1,1,0,1\n2,1,0,2\n3,1,0,3\n4,1,0,44\n");
    BOOST_TEST(
        message_of([&] { CsvLog::resume(folder / "log.csv", {"loss"}, 5); }) ==
        (folder / "log.csv").string() +
            " has 4 rows; expected at least 5; put back what is missing, or begin anew, without --resume");
    BOOST_TEST(message_of([&] { CsvLog::resume(folder / "log.csv", {"bits"}, 1); }) ==
               (folder / "log.csv").string() +
                   " has the columns step,epoch,seconds,loss; expected step,epoch,seconds,bits");
}

BOOST_AUTO_TEST_CASE(refuses_names_that_would_need_quotes) {
    const ScratchFolder folder;
    const auto message = [&](const std::vector<std::string>& names) {
        return message_of([&] { CsvLog::create(folder / "log.csv", names); });
    };
    BOOST_TEST(message({"a,b"}) == "\"a,b\" cannot be the name of a column in a log");
    BOOST_TEST(message({""}) == "\"\" cannot be the name of a column in a log");
    BOOST_TEST(message({"a", "a"}) == "a log cannot have two columns called a");
    BOOST_TEST(message({"step"}) == "a log cannot have two columns called step");
    BOOST_TEST(folder.content().empty());
}

BOOST_AUTO_TEST_CASE(a_row_that_does_not_fit_is_written_later) {
    const ScratchFolder folder;
    CsvLog log = CsvLog::create(folder / "log.csv", {"loss"});
    log.append(1, 1, 0, std::array{1.0F});
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{36, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    log.append(2, 1, 0, std::array{2.0F});
    const std::string message = message_of([&] { log.sync(); });
    const std::string meanwhile = read_file(folder / "log.csv");
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    BOOST_TEST(message == (folder / "log.csv").string() + " cannot be written: File too large");
    BOOST_TEST(meanwhile == "step,epoch,seconds,loss\n1,1,0,1\n");
    BOOST_TEST(log.rows() == 2);
    log.append(3, 1, 0, std::array{3.0F});
    BOOST_TEST(read_file(folder / "log.csv") == "step,epoch,seconds,loss\n1,1,0,1\n2,1,0,2\n3,1,0,3\n");
}

BOOST_AUTO_TEST_CASE(reads_a_log_back) {
    const ScratchFolder folder;
    write_file(folder / "log.csv", "step,epoch,seconds,a,b\n1,1,0.5,0.1,nan\n2,1,1,-inf,\n3,1,");
    const LogTable log = read_log(folder / "log.csv");
    BOOST_TEST(log.names == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
    BOOST_TEST(log.step == (std::vector<double>{1, 2}), boost::test_tools::per_element());
    BOOST_TEST(log.seconds == (std::vector<double>{0.5, 1}), boost::test_tools::per_element());
    BOOST_TEST(log.values[0] == (std::vector<double>{0.1, -std::numeric_limits<double>::infinity()}),
               boost::test_tools::per_element());
    BOOST_TEST(std::isnan(log.values[1][0]));
    BOOST_TEST(std::isnan(log.values[1][1]));
}

BOOST_AUTO_TEST_CASE(says_where_a_log_is_wrong) {
    const ScratchFolder folder;
    const auto message = [&](const std::string& content) {
        write_file(folder / "log.csv", content);
        return message_of([&] { read_log(folder / "log.csv"); }).substr((folder / "log.csv").string().size());
    };
    BOOST_TEST(message("") == ":1: a log begins with step,epoch,seconds");
    BOOST_TEST(message("a,b\n") == ":1: a log begins with step,epoch,seconds");
    BOOST_TEST(message("step,epoch,seconds,a\n1,1,1,1\n2,2\n") == ":3: found 2 values, expected 4");
    BOOST_TEST(message("step,epoch,seconds,a\n1,1,1,x\n") == ":2: \"x\" is no number");
}

BOOST_AUTO_TEST_SUITE_END()
