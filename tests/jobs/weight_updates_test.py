"""What a run says of what phase 2 does to the weights, at each validation, and of its adapters turned up at its end."""
import json
import unittest

from continual_support import CONTINUAL, make_data
from support import LORA, RunTest

MEASURES = {"relative_norm", "rank90", "top_share", "intruders"}


class WeightUpdates(RunTest):
    def measured(self, name):
        """The lines of metrics.jsonl that hold measures, each as {module: {measure: value}}."""
        lines = []
        for line in self.metrics(name):
            modules = {}
            for key, value in line.items():
                if key.startswith("update/"):
                    module, measure = key[len("update/"):].rsplit("/", 1)
                    modules.setdefault(module, {})[measure] = value
            lines.append((line, modules))
        return [(line, modules) for line, modules in lines if modules]

    def test_all_measures_are_taken_of_every_module_in_phase_2(self):
        result = self.run_job("r", self.config(LORA), "logging.weight_updates=all")
        self.assertNotIn("relative_norm", result.stdout)
        measured = self.measured("r")
        self.assertEqual({line["phase"] for line, _ in measured}, {2})
        self.assertIn("end", [line.get("moment") for line, _ in measured])
        self.assertNotIn("adapters_off", [line.get("moment") for line, _ in measured])
        for _, modules in measured:
            self.assertEqual(len(modules), 14)
            for values in modules.values():
                self.assertEqual(set(values), MEASURES)
                self.assertTrue(1 <= values["rank90"] <= 4 and values["relative_norm"] > 0, values)
                self.assertTrue(0 <= values["top_share"] <= 1 and 0 <= values["intruders"] <= 10, values)
        self.assertGreater(measured[-1][1]["blocks/0/attn/q_proj"]["relative_norm"],
                           measured[0][1]["blocks/0/attn/q_proj"]["relative_norm"])

    def test_directions_are_left_out_where_they_take_too_long_and_all_on_demand(self):
        self.run_job("auto", self.config(LORA), "logging.validation_interval=1")
        self.assertEqual(set(self.measured("auto")[0][1]["blocks/0/attn/q_proj"]), {"relative_norm", "rank90"})
        self.run_job("off", self.config(LORA), "logging.weight_updates=off", "logging.adapter_scales=[]")
        self.assertEqual(self.measured("off"), [])
        self.assertFalse((self.results("off") / "adapter_curve.json").exists())

    def test_a_control_says_how_far_its_weights_have_gone(self):
        make_data(self.root)
        config = self.config(CONTINUAL)
        self.run_job("auto", config, "continual.control=full", "logging.validation_interval=5")
        self.run_job("all", config, "continual.control=full", "logging.validation_interval=5", "logging.weight_updates=all")
        auto, measured = self.measured("auto"), self.measured("all")
        self.assertEqual([line["step"] for line, _ in auto], [50, 55, 60])
        for (_, ours), (_, theirs) in zip(auto, measured, strict=True):
            self.assertEqual(len(ours), 14)
            for module, values in ours.items():
                self.assertEqual(set(values), {"relative_norm"})
                self.assertAlmostEqual(values["relative_norm"], theirs[module]["relative_norm"], delta=1e-9)
                self.assertEqual(set(theirs[module]), MEASURES)
        last = auto[-1][1]["blocks/0/attn/q_proj"]["relative_norm"]
        self.assertGreater(last, auto[0][1]["blocks/0/attn/q_proj"]["relative_norm"])

    def test_the_curve_ends_where_the_milestones_are(self):
        result = self.run_job("r", self.config(LORA), "logging.adapter_scales=[0, 0.5, 1]")
        self.assertIn("Adapters turned up", result.stdout)
        curve = json.loads((self.results("r") / "adapter_curve.json").read_text())
        self.assertEqual(curve["scales"], [0, 0.5, 1])
        scores = json.loads((self.final("r") / "state.json").read_text())["scores"]
        for dataset in ("first", "second"):
            off, half, on = (point["value"] for point in curve["evaluations"][f"val/{dataset}/loss"])
            self.assertEqual(off, scores["adapters_off"][dataset])
            self.assertEqual(on, scores["end"][dataset])
            self.assertTrue(half not in (off, on))


if __name__ == "__main__":
    unittest.main()
