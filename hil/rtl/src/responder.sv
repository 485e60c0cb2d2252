// Answers the device link's requests, and a repeated one without executing it again.
//
// Registers are accessed one by one; at the first refusal the request ends with its reason, and what came before it has
// been done. Every reply but the one to SYNC is kept until the next request is executed.
// Timing: the reply's first octet is offered at most 3 clocks after frame_valid_i rises, and 5 more for each register,
// where the bus is ready at once; done_o with the last one.

module responder
  import device_link_pkg::*;
#(
  parameter logic [15:0] DeviceId = 16'h0000,
  parameter int unsigned MaxData  = 64
) (
  input logic clk_i,
  input logic rst_ni,

  // The request.
  input  logic        frame_valid_i,
  input  logic [7:0]  seq_i,
  input  logic [7:0]  op_i,
  input  logic [15:0] address_i,
  input  logic [15:0] length_i,
  output logic [5:0]  data_index_o,
  input  logic [7:0]  data_i,
  output logic        done_o,

  // The registers; an access ends in the first clock of req_o with ready_i, to which reason_i and rdata_i belong.
  output logic        req_o,
  output logic        write_o,
  output logic [15:0] addr_o,
  output logic [31:0] wdata_o,
  input  logic        ready_i,
  input  nak_e        reason_i,
  input  logic [31:0] rdata_i,

  // How a request ended that was executed; one clock long.
  output logic answered_o,
  output logic refused_o,

  // The reply.
  output logic [7:0] octet_o,
  output logic       octet_valid_o,
  input  logic       octet_ready_i
);

  typedef enum logic [2:0] {
    Idle,
    Identify,
    Read,
    Collect,
    Write,
    Send
  } state_e;

  typedef logic [$clog2(MaxRegisters+1)-1:0] index_t;
  typedef logic [6:0] position_t;

  localparam position_t HeaderOctets = 7'd8;  // sync word included

  state_e state_q, state_d;
  index_t index_q, index_d, last;
  logic [1:0] octet_q, octet_d;
  logic [31:0] wdata_q, wdata_d;

  logic stored_q, stored_d;
  logic [7:0] seq_q, seq_d, op_q, op_d;
  logic [15:0] address_q, address_d;
  position_t length_q, length_d, position_q, position_d;
  logic [31:0] data_q[MaxRegisters];
  logic store;
  logic [$clog2(MaxRegisters)-1:0] store_index;
  logic [31:0] store_word;
  logic [15:0] crc_q, crc_d, crc_next;

  nak_e nak;
  position_t at;

  always_comb begin
    state_d     = state_q;
    index_d     = index_q;
    octet_d     = octet_q;
    wdata_d     = wdata_q;
    stored_d    = stored_q;
    seq_d       = seq_q;
    op_d        = op_q;
    address_d   = address_q;
    length_d    = length_q;
    store       = 1'b0;
    store_index = index_q[$clog2(MaxRegisters)-1:0];
    store_word  = rdata_i;
    position_d  = position_q;
    crc_d       = crc_q;
    done_o      = 1'b0;
    nak         = NakNone;

    unique case (state_q)
      Idle: begin
        index_d    = '0;
        octet_d    = '0;
        position_d = '0;
        crc_d      = '1;
        if (frame_valid_i && stored_q && seq_i == seq_q && op_i != OpSync) begin
          state_d = Send;
        end else if (frame_valid_i) begin
          stored_d  = op_i != OpSync;
          seq_d     = seq_i;
          op_d      = op_i | ReplyBit;
          address_d = address_i;
          length_d  = '0;
          unique case (op_i)
            OpSync: begin
              state_d     = Identify;
              length_d    = 7'd6;
              store       = 1'b1;
              store_index = '0;
              store_word  = {DeviceId, LinkVersion};
              if (length_i != '0) nak = NakBadLength;
            end
            OpRead: begin
              state_d = Read;
              if (length_i != 16'd1 || data_i == '0 || data_i > 8'(MaxRegisters)) nak = NakBadLength;
            end
            OpWrite: begin
              state_d = Collect;
              if (length_i == '0 || length_i[1:0] != '0) nak = NakBadLength;
            end
            default: nak = NakBadOperation;
          endcase
        end
      end
      Identify: begin
        state_d     = Send;
        store       = 1'b1;
        store_index = 1;
        store_word  = {16'(MaxData), 16'h0000};
      end
      Read: begin
        store = ready_i;
        if (ready_i) begin
          nak     = reason_i;
          index_d = index_q + 1'b1;
          if (index_q == last) begin
            state_d  = Send;
            length_d = {index_d, 2'b00};
          end
        end
      end
      Collect: begin
        wdata_d = {wdata_q[23:0], data_i};
        octet_d = octet_q + 1'b1;
        if (octet_q == 2'd3) state_d = Write;
      end
      Write: begin
        if (ready_i) begin
          nak     = reason_i;
          index_d = index_q + 1'b1;
          state_d = (index_q == last) ? Send : Collect;
        end
      end
      Send: begin
        if (octet_ready_i) begin
          position_d = position_q + 1'b1;
          if (position_q >= 7'd2) crc_d = crc_next;
          if (position_q == HeaderOctets + length_q + 7'd1) begin
            state_d = Idle;
            done_o  = 1'b1;
          end
        end
      end
      default: state_d = Idle;
    endcase

    if (nak != NakNone) begin
      state_d     = Send;
      op_d        = Nak;
      length_d    = 7'd1;
      store       = 1'b1;
      store_index = '0;
      store_word  = {nak, 24'h00_0000};
    end
  end

  assign refused_o  = nak != NakNone;
  assign answered_o = state_q inside {Identify, Read, Write} && state_d == Send && !refused_o;

  assign data_index_o = (state_q == Collect) ? {index_q[3:0], octet_q} : '0;
  assign last = (op_i == OpRead) ? data_i[$bits(index_t)-1:0] - 1'b1 : length_i[6:2] - 1'b1;

  assign req_o   = state_q inside {Read, Write};
  assign write_o = state_q == Write;
  assign addr_o  = address_i + {9'h000, index_q, 2'b00};
  assign wdata_o = wdata_q;

  // The reply as octets. Its CRC is sent high octet first: with the low one the CRC has run over the high one.
  always_comb begin
    at      = position_q - HeaderOctets;
    octet_o = 8'h00;
    if (octet_valid_o) begin
      unique case (position_q)
        7'd0: octet_o = SyncFirst;
        7'd1: octet_o = SyncSecond;
        7'd2: octet_o = seq_q;
        7'd3: octet_o = op_q;
        7'd4: octet_o = address_q[15:8];
        7'd5: octet_o = address_q[7:0];
        7'd6: octet_o = 8'h00;
        7'd7: octet_o = {1'b0, length_q};
        default: begin
          if (at < length_q) octet_o = data_q[at[5:2]][{~at[1:0], 3'b000}+:8];
          else octet_o = crc_q[15:8];
        end
      endcase
    end
  end

  crc16 u_crc16 (
    .crc_i (crc_q),
    .data_i(octet_o),
    .crc_o (crc_next)
  );

  always_ff @(posedge clk_i) begin
    if (store) data_q[store_index] <= store_word;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= Idle;
      index_q    <= '0;
      octet_q    <= '0;
      wdata_q    <= '0;
      stored_q   <= 1'b0;
      seq_q      <= '0;
      op_q       <= '0;
      address_q  <= '0;
      length_q   <= '0;
      position_q <= '0;
      crc_q      <= '1;
    end else begin
      state_q    <= state_d;
      index_q    <= index_d;
      octet_q    <= octet_d;
      wdata_q    <= wdata_d;
      stored_q   <= stored_d;
      seq_q      <= seq_d;
      op_q       <= op_d;
      address_q  <= address_d;
      length_q   <= length_d;
      position_q <= position_d;
      crc_q      <= crc_d;

      ReplyFits:     assert (length_q <= 7'(4 * MaxRegisters));
      OnlyForFrames: assert (state_q == Idle || frame_valid_i);
      ReadInRange:   assert (!req_o || index_q <= last);
      NeverBoth:     assert (!(answered_o && refused_o));
    end
  end

  assign octet_valid_o = state_q == Send;

endmodule
