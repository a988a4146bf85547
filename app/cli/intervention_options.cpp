// SPDX-License-Identifier: Apache-2.0
#include "app/cli/intervention_options.h"

#include "app/cli/common.h"
#include "core/trace/intervention_check.h"

namespace vitral::cli {

void addInterveneOption(CLI::App& command, std::vector<std::string>& specs) {
    command
        .add_option("--intervene", specs,
                    "Change values inside: \"blocks.3.attn.hook_z[head=2]=zero\" (docs/cli.md); may be repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
}

Result<std::shared_ptr<const InterventionSet>> readInterventions(const std::vector<std::string>& specs,
                                                                 const Model& model) {
    if (specs.empty())
        return std::shared_ptr<const InterventionSet>();
    auto set = std::make_shared<InterventionSet>();
    for (const std::string& spec : specs) {
        VITRAL_TRY_ASSIGN(Intervention item, parseIntervention(spec));
        set->items.push_back(std::move(item));
    }
    VITRAL_TRY_ASSIGN(const TraceShape shape, traceShape(model));
    VITRAL_TRY(checkInterventions(*set, shape));
    for (const std::string& caution : cautions(*set))
        say(caution);
    return std::shared_ptr<const InterventionSet>(std::move(set));
}

} // namespace vitral::cli
