"""Errors to sow, one at a time: each is a slip that somebody could make, and the exploration must find it."""

from .machine import Mutation

# ruff: noqa: E501 - the flight code's own text

MUTATIONS = (
    # the table
    Mutation(
        "SAFE recovers into IDLE",
        "transitions",
        "(_M.SAFE, _R.CHARGE_RECOVERED): _M.STANDBY",
        "(_M.SAFE, _R.CHARGE_RECOVERED): _M.IDLE",
    ),
    Mutation(
        "ground leaves SAFE into IDLE",
        "transitions",
        "(_M.SAFE, _R.GROUND): _M.STANDBY",
        "(_M.SAFE, _R.GROUND): _M.IDLE",
    ),
    Mutation(
        "SURVIVAL recovers into STANDBY",
        "transitions",
        "(_M.SURVIVAL, _R.CHARGE_RECOVERED): _M.SAFE",
        "(_M.SURVIVAL, _R.CHARGE_RECOVERED): _M.STANDBY",
    ),
    Mutation("no row from SAFE to SURVIVAL", "transitions", "    (_M.SAFE, _R.LOW_CHARGE): _M.SURVIVAL,\n", ""),
    Mutation("no row from SURVIVAL to SAFE", "transitions", "    (_M.SURVIVAL, _R.CHARGE_RECOVERED): _M.SAFE,\n", ""),
    Mutation("no row from boot to STANDBY", "transitions", "    (_M.SAFE, _R.BOOT): _M.STANDBY,\n", ""),
    Mutation(
        "low charge does not end STANDBY",
        "transitions",
        "(_R.GROUND, _R.LOW_CHARGE, *sorted(SAFE_CAUSES))",
        "(_R.GROUND, *sorted(SAFE_CAUSES))",
    ),
    Mutation(
        "ground can't end STANDBY",
        "transitions",
        "(_R.GROUND, _R.LOW_CHARGE, *sorted(SAFE_CAUSES))",
        "(_R.LOW_CHARGE, *sorted(SAFE_CAUSES))",
    ),
    Mutation(
        "a fault ends in IDLE",
        "transitions",
        "(upper, reason): _M.STANDBY for _, upper",
        "(upper, reason): _M.IDLE for _, upper",
    ),
    Mutation("a brown-out has no row", "transitions", "        _R.UNDER_VOLTAGE,\n", ""),
    Mutation("a silent controller has no row", "transitions", "FAULTS | {_R.CONTROLLER_SILENT, ", "FAULTS | {"),
    Mutation("cold has no row down", "transitions", "_R.HOT, _R.COLD, _R.QUEUE_EMPTY)", "_R.HOT, _R.QUEUE_EMPTY)"),
    Mutation("only a question has a row up", "transitions", "(_R.QUESTION, *RECOVERY.values())", "(_R.QUESTION,)"),
    Mutation(
        "IDLE is left out on the way up",
        "transitions",
        "((_M.STANDBY, _M.IDLE), (_M.IDLE, _M.ECO),",
        "((_M.STANDBY, _M.ECO), (_M.IDLE, _M.ECO),",
    ),
    # the guards
    Mutation(
        "equality does not enter", "guards", "if value is None or value >= enter:", "if value is None or value > enter:"
    ),
    Mutation("equality does not shed", "guards", "elif value <= shed:", "elif value < shed:"),
    Mutation("an unknown charge is a full one", "guards", "_EMPTY_PERMILLE = 0", "_EMPTY_PERMILLE = 1000"),
    Mutation("an unknown temperature is a cold one", "guards", "_HOTTEST_CENTIDEGC = 32_767", "_HOTTEST_CENTIDEGC = 0"),
    Mutation(
        "the battery's heat is not looked at",
        "guards",
        "-payload, -battery, battery, sunlight_s",
        "-payload, -payload, battery, sunlight_s",
    ),
    Mutation(
        "heat is looked at the wrong way round",
        "guards",
        "return charge_permille, -payload,",
        "return charge_permille, payload,",
    ),
    Mutation(
        "the sensor is believed against the prediction",
        "guards",
        "if not power.is_sunlit or (sky is not None and not sky.is_sunlit):",
        "if not power.is_sunlit:",
    ),
    Mutation(
        "the prediction is believed against the sensor",
        "guards",
        "if not power.is_sunlit or (sky is not None and not sky.is_sunlit):",
        "if sky is not None and not sky.is_sunlit:",
    ),
    Mutation("nothing needs sunlight", "guards", "LIMITS if guard.needs_sunlight else LIMITS[:-1]", "LIMITS[:-1]"),
    Mutation(
        "SAFE's entry compared strictly",
        "guards",
        "if charge <= policy.safe_charge_permille:",
        "if charge < policy.safe_charge_permille:",
    ),
    Mutation(
        "SURVIVAL is entered at SAFE's limit",
        "guards",
        "if charge <= policy.survival_charge_permille:",
        "if charge <= policy.safe_charge_permille - 1:",
    ),
    Mutation(
        "SAFE ends where it is entered",
        "guards",
        "PowerMode.SAFE: policy.safe_exit_charge_permille",
        "PowerMode.SAFE: policy.safe_charge_permille",
    ),
    # the policy
    Mutation(
        "exit at entry is allowed, and flown",
        "policy",
        "return self.sign * guard.limit(self.enter), self.sign * guard.limit(self.shed)",
        "return self.sign * guard.limit(self.shed) + 1, self.sign * guard.limit(self.shed)",
    ),
    Mutation(
        "exit and entry are swapped",
        "policy",
        "return self.sign * guard.limit(self.enter), self.sign * guard.limit(self.shed)",
        "return self.sign * guard.limit(self.shed), self.sign * guard.limit(self.enter)",
    ),
    # the machine
    Mutation(
        "no debounce down",
        "modes",
        "since_us is not None and _has_passed(inputs, since_us, policy.debounce_s)\n\n\ndef _is_late",
        "since_us is not None\n\n\ndef _is_late",
    ),
    Mutation(
        "no debounce up",
        "modes",
        "if state.shed_us is not None and not _has_passed(inputs, state.shed_us, policy.debounce_s):",
        "if False:",
    ),
    Mutation(
        "a fault needs no wait",
        "modes",
        "shed_us=now_us if new < old and reason not in _BY_CHOICE else state.shed_us",
        "shed_us=now_us if new < old and reason in RECOVERY else state.shed_us",
    ),
    Mutation(
        "recovery without a debounce",
        "modes",
        "if may_recover and state.recovered_us is not None and _has_passed(inputs, state.recovered_us, policy.debounce_s):",
        "if may_recover and state.recovered_us is not None:",
    ),
    Mutation(
        "crossings add up",
        "modes",
        "for unfit in sorted(verdict.unfit) if unfit <= mode)",
        "for unfit in sorted({*verdict.unfit, *before}) if unfit <= mode)",
    ),
    Mutation("any SAFE recovers", "modes", "mode is _M.SURVIVAL or state.safe_cause is _R.LOW_CHARGE", "True"),
    Mutation(
        "SURVIVAL washes the cause off", "modes", "return reason if is_entry else state.safe_cause", "return reason"
    ),
    Mutation(
        "a restart forgets SAFE", "modes", "    return state.commanded.mode, state.safe_cause\n", "    return None\n"
    ),
    Mutation(
        "boot does not wait for the dark",
        "modes",
        "state.safe_cause is _R.BOOT and inputs.rails is Rails.DARK",
        "state.safe_cause is _R.BOOT",
    ),
    Mutation(
        "a lit payload is not said",
        "modes",
        "    if _is_late(policy, state, inputs) and not state.is_overdue:",
        "    if False:",
    ),
    Mutation(
        "a transition may take for ever",
        "modes",
        "    if _is_late(policy, state, inputs):\n        return _R.TRANSITION_TIMEOUT\n    if inputs.power is None:",
        "    if inputs.power is None:",
    ),
    Mutation(
        "STANDBY need not be dark",
        "modes",
        "    if mode is _M.STANDBY and _is_late(policy, state, inputs):\n        return _R.TRANSITION_TIMEOUT\n",
        "",
    ),
    Mutation(
        "the next level does not wait",
        "modes",
        "if not wanted or state.observed.mode is not mode or not _is_shown(mode, inputs):",
        "if not wanted:",
    ),
    Mutation(
        "the ceiling is not looked at on the way up",
        "modes",
        "        if state.ceiling < mode:\n            return _R.GROUND\n        if inputs.fault",
        "        if inputs.fault",
    ),
    Mutation(
        "the ceiling is not looked at later",
        "modes",
        "    if state.ceiling < mode:\n        return _R.GROUND\n    if _is_ripe",
        "    if _is_ripe",
    ),
    Mutation(
        "nobody needs to ask",
        "modes",
        "wanted = _M.STANDBY <= mode < _M.BURST and inputs.demand is not Demand.NONE",
        "wanted = _M.STANDBY <= mode < _M.BURST",
    ),
    Mutation(
        "a silent power board is no matter",
        "modes",
        "    if inputs.power is None:\n        return _R.POWER_BOARD_SILENT\n",
        "",
    ),
    Mutation("the eclipse is no matter", "modes", "    if mode in verdict.dark:\n        return _R.ECLIPSE\n", ""),
    Mutation(
        "saving may take for ever",
        "modes",
        "return inputs.is_saved or _has_passed(inputs, state.commanded.since_us, policy.save_timeout_s)",
        "return inputs.is_saved",
    ),
    Mutation(
        "the least time is not kept",
        "modes",
        "if mode in POWERED_MODES and not _has_passed(inputs, state.commanded.since_us, policy.guards[mode].min_time_s):",
        "if False:",
    ),
    Mutation(
        "faults are left for later",
        "modes",
        "    if inputs.safe is not None or inputs.fault is not None:\n        return inputs.safe or inputs.fault\n    if _is_late",
        "    if _is_late",
    ),
    Mutation(
        "SAFE is not due in STANDBY",
        "modes",
        "    if mode is _M.STANDBY and inputs.safe is not None:\n        return inputs.safe\n",
        "",
    ),
    Mutation(
        "ground's SAFE ends by itself",
        "modes",
        "        state = replace(state, safe_cause=_R.GROUND)\n",
        "        state = replace(state, safe_cause=_R.LOW_CHARGE)\n",
    ),
    Mutation(
        "a fault in a low-battery SAFE is forgotten",
        "modes",
        "    if reason is not None and state.safe_cause in _PASSING:",
        "    if reason is not None and state.safe_cause is _R.BOOT:",
    ),
)
