// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text as it stands in HTML. Thread: any.

#include <string>
#include <string_view>

namespace vitral {

/// With &amp; &lt; &gt; &#34; and &#39;, as Jinja's `escape` writes them: safe between tags and in quoted attributes.
[[nodiscard]] std::string escapeHtml(std::string_view text);

} // namespace vitral
