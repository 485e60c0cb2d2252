// One octet of the CRC-16 with polynomial 0x1021, most significant bit first: the CRC of the device link.
//
// The polynomial has few terms, so the eight steps of a division fold into three shifts of what is divided.
// Combinational. Begin with 0xFFFF; the CRC of data followed by its CRC is 0.

module crc16 (
  input  logic [15:0] crc_i,
  input  logic [7:0]  data_i,
  output logic [15:0] crc_o
);

  logic [7:0] mixed, divided;

  assign mixed   = crc_i[15:8] ^ data_i;
  assign divided = mixed ^ (mixed >> 4);
  assign crc_o   = {crc_i[7:0], 8'h00} ^ {divided[3:0], 12'h000} ^ {3'h0, divided, 5'h00} ^ {8'h00, divided};

endmodule
