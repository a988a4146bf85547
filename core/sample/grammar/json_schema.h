// SPDX-License-Identifier: Apache-2.0
#pragma once
// A JSON schema as a grammar, so that a model can only write JSON that fits it. Thread: any.

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace vitral {

/// GBNF text for the values that fit `schema` (JSON text). Known: type (also a list), properties, required,
/// additionalProperties, items, prefixItems, minItems, maxItems, enum, const, anyOf, oneOf (read as anyOf), allOf of
/// objects, $ref within the document, minLength, maxLength, format date / time / date-time / uuid, minimum / maximum
/// of integers when they only fix the sign. Properties come in the order of the schema; where it names properties and
/// says nothing about additionalProperties, others are left out (it may allow them, it need not). Annotations are
/// skipped. Errors: InvalidArgument for what is no schema; Unsupported with the name of a keyword that would be
/// ignored against its meaning (pattern, not, if, multipleOf, ...).
Result<std::string> grammarFromJsonSchema(std::string_view schema);

} // namespace vitral
