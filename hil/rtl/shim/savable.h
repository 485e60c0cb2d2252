// Included before the Verilated C++: lets --savable save unpacked structs, for which Verilator writes no operators.

#ifndef SUNLIT_SAVABLE_H
#define SUNLIT_SAVABLE_H

#include <type_traits>

#include "verilated_save.h"

template <class T>
std::enable_if_t<std::is_class_v<T>, VerilatedSerialize &> operator<<(VerilatedSerialize &to, T &from) {
    static_assert(std::is_trivially_copyable_v<T>);
    return to.write(&from, sizeof from);
}

template <class T>
std::enable_if_t<std::is_class_v<T>, VerilatedDeserialize &> operator>>(VerilatedDeserialize &from, T &to) {
    static_assert(std::is_trivially_copyable_v<T>);
    return from.read(&to, sizeof to);
}

#endif
