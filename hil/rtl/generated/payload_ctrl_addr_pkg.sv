// Addresses of the writable registers. Generated from payload_ctrl.rdl by `python -m hil.rtl.generate`; do not edit.

package payload_ctrl_addr_pkg;
  localparam logic [15:0] Target = 16'h10;
  localparam logic [15:0] FaultClear = 16'h18;
  localparam logic [15:0] WatchdogCtrl = 16'h1C;
  localparam logic [15:0] WatchdogKick = 16'h20;
  localparam logic [15:0] WatchdogOpenMs = 16'h24;
  localparam logic [15:0] WatchdogCloseMs = 16'h28;
  localparam logic [15:0] StaggerMs = 16'h30;
  localparam logic [15:0] PowerGoodTimeoutMs = 16'h34;

endpackage
