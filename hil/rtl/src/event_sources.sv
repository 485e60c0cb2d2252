// Makes events of what the controller's parts show: each source raises its event once when something begins.
//
// A source's index is its events' code.
// Timing: combinational; what is a level is compared with the clock before.

module event_sources
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails   = 8,
  parameter int unsigned Sources = 32'(EventCode__OVERCURRENT_WARNING) + 1
) (
  input logic clk_i,
  input logic rst_ni,

  input logic       boot_i,  // one clock long
  input BootCause_e boot_cause_i,

  input logic                     trip_i,  // one clock long
  input logic [$clog2(Rails)-1:0] trip_rail_i,
  input FaultCause_e              trip_cause_i,
  input logic                     retry_i,    // one clock long
  input logic [Rails-1:0]         tripped_i,  // which rail is tried again
  input logic [Rails-1:0]         locked_out_i,
  input logic [Rails-1:0]         warnings_i,
  input logic                     brownout_i,  // one clock long

  input logic           bite_i,
  input WatchdogCause_e watchdog_cause_i,

  input logic       corrected_i,  // one clock long
  input logic       damaged_i,    // one clock long
  input logic [9:0] error_word_i,

  input logic refusals_i,  // one clock long

  output logic [Sources-1:0]       raise_o,
  output logic [Sources-1:0][15:0] argument_o,

  output logic settled_o  // nothing changes before the next change of an input
);

  logic [Rails-1:0] locked_out_q, warnings_q;
  logic bite_q, is_any;
  logic [15:0] trip_mask, locked_out, warnings;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      locked_out_q <= '0;
      warnings_q   <= '0;
      bite_q       <= 1'b0;
    end else begin
      locked_out_q <= locked_out_i;
      warnings_q   <= warnings_i;
      bite_q       <= bite_i;
    end
  end

  assign settled_o = locked_out_q == locked_out_i && warnings_q == warnings_i && bite_q == bite_i;
  assign is_any    = !settled_o || boot_i || trip_i || retry_i || brownout_i || corrected_i || damaged_i || refusals_i;

  always_comb begin
    trip_mask  = '0;
    locked_out = '0;
    warnings   = '0;
    raise_o    = '0;
    argument_o = '0;

    if (is_any) begin
      trip_mask  = 16'd1 << trip_rail_i;
      locked_out = 16'(locked_out_i) & ~16'(locked_out_q);
      warnings   = 16'(warnings_i) & ~16'(warnings_q);

      raise_o[EventCode__BOOT]                     = boot_i;
      argument_o[EventCode__BOOT]                  = 16'(boot_cause_i);
      argument_o[EventCode__RAIL_TRIPPED]          = trip_mask;
      argument_o[EventCode__POWER_GOOD_LOST]       = trip_mask;
      argument_o[EventCode__POWER_GOOD_TIMEOUT]    = trip_mask;
      raise_o[EventCode__RAIL_RETRIED]             = retry_i;
      argument_o[EventCode__RAIL_RETRIED]          = 16'(tripped_i);
      raise_o[EventCode__RAIL_LOCKED_OUT]          = locked_out != '0;
      argument_o[EventCode__RAIL_LOCKED_OUT]       = locked_out;
      raise_o[EventCode__OVERCURRENT_WARNING]      = warnings != '0;
      argument_o[EventCode__OVERCURRENT_WARNING]   = warnings;
      raise_o[EventCode__WATCHDOG_BITE]            = bite_i && !bite_q;
      argument_o[EventCode__WATCHDOG_BITE]         = 16'(watchdog_cause_i);
      raise_o[EventCode__UNDER_VOLTAGE]            = brownout_i;
      raise_o[EventCode__MAILBOX_CORRECTED]        = corrected_i;
      argument_o[EventCode__MAILBOX_CORRECTED]     = 16'(error_word_i);
      raise_o[EventCode__MAILBOX_UNCORRECTABLE]    = damaged_i;
      argument_o[EventCode__MAILBOX_UNCORRECTABLE] = 16'(error_word_i);
      raise_o[EventCode__LINK_REFUSALS]            = refusals_i;
      unique case (trip_cause_i)
        FaultCause__OVERCURRENT, FaultCause__SLOW_OVERCURRENT: raise_o[EventCode__RAIL_TRIPPED] = trip_i;
        FaultCause__POWER_GOOD_LOST: raise_o[EventCode__POWER_GOOD_LOST] = trip_i;
        default: raise_o[EventCode__POWER_GOOD_TIMEOUT] = trip_i;
      endcase

      NoneIsNoEvent: assert (!raise_o[EventCode__NONE]);
    end
  end

endmodule
