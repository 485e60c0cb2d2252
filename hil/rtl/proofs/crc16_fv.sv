// What is proven of crc16, for every CRC and every octet.

module crc16_fv (
  input logic [15:0] crc_i,
  input logic [7:0] data_i
);

  logic [15:0] crc_o;
  crc16 dut (.*);

  // Division by the polynomial x^16 + x^12 + x^5 + 1, a bit at a time, the highest first.
  logic [15:0] rest;
  always_comb begin
    rest = crc_i;
    for (int unsigned bit_ = 8; bit_ > 0; bit_--) begin
      rest = {rest[14:0], 1'b0} ^ ((rest[15] ^ data_i[bit_-1]) ? 16'h1021 : 16'h0000);
    end
  end

  always_comb begin
    // What comes out is the rest of the division of the CRC and the octet behind it.
    RestOfDivision: assert (crc_o == rest);
  end

endmodule
