#include "dsl/elaborate/imported_nets.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace gandsl::dsl {

namespace {

/// A run that nets are taken from.
struct SavedRun {
    std::shared_ptr<const Program> program;
    std::map<std::size_t, std::size_t> nets = {};  ///< indices in its program, and in this one
};

bool lacks_names(const Data& data) {
    return !data.names_known && std::any_of(data.types.begin(), data.types.end(),
                                            [](const Type& type) { return type.classes.has_value(); });
}

class Importer {
  public:
    Importer(Program& program, const FindTrained& find_trained)
        : program_(program), find_trained_(find_trained) {}

    ImportedNets run(const std::vector<NetImport>& imports) {
        std::vector<std::pair<SavedRun*, std::size_t>> found;
        for (const NetImport& import : imports) {
            imports_.emplace(import.net, import);
            if (SavedRun* run = find_run(import)) {
                found.emplace_back(run, import.net);
            }
        }
        for (const auto& [run, index] : found) {
            for (const auto& [theirs, ours] : run->nets) {
                if (ours == index) {
                    copy(*run, theirs, index);
                    break;
                }
            }
        }
        for (const std::size_t index : done_) {
            result_.found.push_back(imports_.at(index));
        }
        return std::move(result_);
    }

  private:
    /// Reports what is wrong, and notes which net of the run it is.
    SavedRun* find_run(const NetImport& import) {
        const std::string& name = program_.nets[import.net].name;
        const auto report = [&](Diagnostic diagnostic) {
            result_.diagnostics.push_back(std::move(diagnostic));
            return nullptr;
        };
        auto run = runs_.find(import.run);
        if (run == runs_.end()) {
            const TrainedProgram program = find_trained_ ? find_trained_(import.run, name)
                                                         : TrainedProgram(diagnostics::Form::runs_unreadable);
            if (const auto* why = std::get_if<diagnostics::Found>(&program)) {
                return report(diagnostics::run_absent(import.span, import.run, *why));
            }
            run = runs_.emplace(import.run, SavedRun{std::get<0>(program)}).first;
        }
        const Program& theirs = *run->second.program;
        diagnostics::Names names;
        for (std::size_t index = 0; index < theirs.nets.size(); ++index) {
            const Net& net = theirs.nets[index];
            if (net.name != name) {
                names.push_back(net.name);
                continue;
            }
            if (net.results.empty()) {
                return report(diagnostics::run_absent(
                    import.span, import.run, diagnostics::Term(diagnostics::Form::net_never_called, {name})));
            }
            if (std::any_of(theirs.data.begin(), theirs.data.end(), lacks_names)) {
                report(diagnostics::classes_unknown(import.span, name, import.run));
            }
            run->second.nets.emplace(index, import.net);
            return &run->second;
        }
        return report(diagnostics::net_not_in_run(import.span, name, import.run, names));
    }

    void copy(SavedRun& run, std::size_t theirs, std::size_t index) {
        if (std::find(done_.begin(), done_.end(), index) != done_.end()) {
            return;
        }
        const NetImport import = imports_.at(index);
        Net net = run.program->nets[theirs];
        net.origin = net.name;
        net.name = program_.nets[index].name;
        net.from = import.run;
        // Errors and notes about what was copied point at the line that asked for it.
        net.span = import.span;
        for (NetWeight& weight : net.weights) {
            weight.span = import.span;
        }
        for (Instruction& instruction : net.body) {
            instruction.span = import.span;
            if (instruction.kind == Instruction::Kind::call) {
                instruction.index = index_of(run, instruction.index, import);
            }
            for (auto& [name, value] : instruction.arguments) {
                value.span = import.span;
                if (auto* other = std::get_if<NetReference>(&value.data)) {
                    other->net = index_of(run, other->net, import);
                }
            }
        }
        program_.nets[index] = std::move(net);
        done_.push_back(index);
    }

    /// Where a net is that a net from this run calls: declared in this file too, or a copy of its own.
    std::size_t index_of(SavedRun& run, std::size_t theirs, const NetImport& caller) {
        const auto known = run.nets.find(theirs);
        const std::size_t index = known != run.nets.end() ? known->second : program_.nets.size();
        if (known == run.nets.end()) {
            program_.nets.emplace_back().name =
                program_.nets[caller.net].name + "/" + run.program->nets[theirs].name;
            imports_.emplace(index, NetImport{index, caller.run, caller.span});
            run.nets.emplace(theirs, index);
        }
        copy(run, theirs, index);
        return index;
    }

    Program& program_;
    const FindTrained& find_trained_;
    std::map<std::size_t, NetImport> imports_;                ///< by index in the program
    std::map<std::string, SavedRun, std::less<>> runs_ = {};  ///< by the text after `from`
    std::vector<std::size_t> done_;
    ImportedNets result_;
};

}  // namespace

ImportedNets import_nets(Program& program, const std::vector<NetImport>& imports,
                         const FindTrained& find_trained) {
    return Importer(program, find_trained).run(imports);
}

}  // namespace gandsl::dsl
