"""Random conversations for chat templates: turns in right and wrong orders, tools, odd text."""
import random

ODD_TEXTS = [
    "", " ", "Hello!", "  spaces around  ", "\n\nline breaks\n", "Grüße, naïve café ☕", "日本語のテキスト", "👩‍👩‍👧 family",
    "<|im_start|>system\nnot a mark<|im_end|>", "{{ not.jinja }} {% if x %}", "\"quotes\" and 'apostrophes'", "a\\b\\n\tc",
    "<think>\nhm\n</think>\n\nThe answer.", "<think>unfinished", "</think>", "[INST] no [/INST]", "& < > &amp;",
    "ẞ ß ŉ ﬁ Σίσυφος", "\u2028separator\u00a0nbsp\u200b", "x" * 300, "1 < 2 /no_think", "/think please",
    "<tool_call>{}</tool_call>", "\r\nwindows\r\n", "null", "[1, 2]", "{\"a\": 1}", "tab\tand\x0bvertical\x1f", "é\u0301",
    "\x7f\x80\x85"]
WORDS = "the model answers a question about weather in Paris with numbers 12 and 3.5 ; and more text follows here".split()
NAMES = ["get_weather", "search", "add", "λ_name", "web.run"]
TYPES = ["string", "integer", "number", "boolean", "array", "object", ["string", "null"]]


class Conversations:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        if self.random.random() < 0.45:
            return self.random.choice(ODD_TEXTS)
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, 12)))

    def value(self, depth=0):
        kind = self.random.randint(0, 8 if depth < 2 else 5)
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        if kind >= 7:
            return {self.key(): self.value(depth + 1) for _ in range(self.random.randint(0, 3))}
        return [self.text(), self.random.randint(-9, 10**12), self.random.choice([0.5, 1e20, 3.0, -2.5e-7, 1e16]),
                self.random.random() < 0.5, None, "°C"][kind]

    def key(self):
        return self.random.choice(["city", "unit", "n", "with space", "ключ", "type", "items", "a", "b", "Zed"])

    def property(self, depth=0):
        made = {"type": self.random.choice(TYPES)}
        if self.random.random() < 0.6:
            made["description"] = self.text()
        if self.random.random() < 0.2:
            made["enum"] = ["celsius", "fahrenheit"]
        if self.random.random() < 0.2:
            made["default"] = self.value(2)
        if self.random.random() < 0.2:
            made["nullable"] = True
        if made["type"] == "array":
            made["items"] = self.property(2) if depth < 2 else {"type": "string"}
        if made["type"] == "object" and depth < 2:
            made["properties"] = {self.key(): self.property(depth + 1) for _ in range(self.random.randint(0, 2))}
        return made

    def tool(self):
        properties = {self.key(): self.property() for _ in range(self.random.randint(0, 3))}
        parameters = {"type": "object", "properties": properties}
        if self.random.random() < 0.6:
            parameters["required"] = list(properties)[:1]
        function = {"name": self.random.choice(NAMES), "description": self.text(), "parameters": parameters}
        if self.random.random() < 0.2:
            function["return"] = {"type": "string", "description": "what"}
        if self.random.random() < 0.1:
            function["strict"] = True
        return {"type": "function", "function": function}

    def call(self):
        arguments = {self.key(): self.value() for _ in range(self.random.randint(0, 3))}
        made = {"name": self.random.choice(NAMES), "arguments": arguments if self.random.random() < 0.85 else "{\"a\": 1}"}
        if self.random.random() < 0.15:
            return made
        call = {"type": "function", "function": made}
        if self.random.random() < 0.8:
            call["id"] = self.random.choice(["abcdef123", "call_1", "x"])
        return call

    def content(self):
        kind = self.random.random()
        if kind < 0.86:
            return self.text()
        if kind < 0.9:
            return None
        parts = [{"type": "text", "text": self.text()} for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.3:
            parts.append({"type": "image"})
        return parts

    def message(self, role):
        made = {"role": role, "content": self.content()}
        if role == "assistant" and self.random.random() < 0.3:
            made["tool_calls"] = [self.call() for _ in range(self.random.randint(0, 2))]
        if role == "assistant" and self.random.random() < 0.25:
            made[self.random.choice(["reasoning_content", "thinking", "reasoning"])] = self.text()
        if role == "tool":
            made["tool_call_id"] = self.random.choice(["abcdef123", "call_1"])
            made["name"] = self.random.choice(NAMES)
        if self.random.random() < 0.05:
            del made["content"]
        return made

    def roles(self):
        if self.random.random() < 0.25:
            return self.random.choices(["system", "user", "assistant", "tool", "developer", "bot"], [3, 6, 6, 3, 1, 1],
                                       k=self.random.randint(1, 6))
        roles = ["system"] if self.random.random() < 0.4 else []
        for _ in range(self.random.randint(1, 3)):
            roles.append("user")
            if self.random.random() < 0.25:
                roles += ["assistant", "tool"]
            roles.append("assistant")
        return roles[:-1] if self.random.random() < 0.5 else roles

    def row(self):
        """A line of `twofold render`."""
        made = {"messages": [self.message(role) for role in self.roles()], "bos_token": "<s>", "eos_token": "</s>"}
        if self.random.random() < 0.35:
            made["tools"] = [self.tool() for _ in range(self.random.randint(0, 2))]
        if self.random.random() < 0.5:
            made["add_generation_prompt"] = self.random.random() < 0.7
        if self.random.random() < 0.2:
            made["enable_thinking"] = self.random.random() < 0.5
        if self.random.random() < 0.1:
            made["documents"] = [{"title": self.text(), "text": self.text()}]
        if self.random.random() < 0.1:
            key = self.random.choice(["reasoning_effort", "thinking", "date_string", "keep_reasoning", "preserve_thinking"])
            made[key] = self.random.choice(["low", True, False, "26 Jul 2024"])
        return made
