// In place of secded_pkg where a proof needs a code, but not its size: four bits of data, four check bits.

package secded_pkg;

  localparam int unsigned DataBits = 4;
  localparam int unsigned CheckBits = 4;
  localparam int unsigned WordBits = 8;

  localparam logic [CheckBits-1:0] Inverted = 4'b0001;
  localparam logic [CheckBits-1:0][DataBits-1:0] Rows = {4'b1110, 4'b1101, 4'b1011, 4'b0111};
  localparam logic [WordBits-1:0][CheckBits-1:0] Columns = {
    4'b1000, 4'b0100, 4'b0010, 4'b0001, 4'b1110, 4'b1101, 4'b1011, 4'b0111
  };

endpackage
