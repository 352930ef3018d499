// A port's name, unit, limits, scale and rate.
// RUN: dlnet-opt %s -split-input-file -verify-diagnostics

// port_c1: an identifier
// expected-error @below {{a port's name has lower-case letters, digits and _, a letter first, and at most 24 of them; found 'Current'}}
#p = #lnn.port<Current, "A", -2.0, 2.0, 0.001, window>

// -----

// port_c1: not empty
// expected-error @below {{a port's name has lower-case letters}}
#p = #lnn.port<"", "A", -2.0, 2.0, 0.001, window>

// -----

// port_c1: short enough for the names of C
// expected-error @below {{and at most 24 of them; found 'aaaaaaaaaaaaaaaaaaaaaaaaa'}}
#p = #lnn.port<aaaaaaaaaaaaaaaaaaaaaaaaa, "A", -2.0, 2.0, 0.001, window>

// -----

// port_c1: no word of C
// expected-error @below {{a port cannot be named 'int', which is a word of C or C++}}
#p = #lnn.port<int, "A", -2.0, 2.0, 0.001, window>

// -----

// port_c2: ends the comment that it stands in
// expected-error @below {{port x has a unit that is not at most 24 printable characters without */}}
#p = #lnn.port<x, "m*/s", -2.0, 2.0, 0.001, window>

// -----

// port_c2: one line
// expected-error @below {{port x has a unit}}
#p = #lnn.port<x, "m\0As", -2.0, 2.0, 0.001, window>

// -----

// port_c3: in order
// expected-error @below {{port x has limits 2.000000e+00 and -2.000000e+00; expected finite ones in order}}
#p = #lnn.port<x, "A", 2.0, -2.0, 0.001, window>

// -----

// port_c3: finite
// expected-error @below {{expected finite ones in order}}
#p = #lnn.port<x, "A", 0xFFF0000000000000, 2.0, 0.001, window>

// -----

// port_c4
// expected-error @below {{port x has a scale of 0.000000e+00; expected one that is positive and finite}}
#p = #lnn.port<x, "A", -2.0, 2.0, 0.0, window>

// -----

// port_c5: the limits lie beyond 16 bits
// expected-error @below {{port x has fewer than two 16-bit integers of scale 1.000000e-03 in [4.000000e+01, 5.000000e+01]}}
#p = #lnn.port<x, "A", 40.0, 50.0, 0.001, window>

// -----

// port_c5: one value only
// expected-error @below {{port x has fewer than two 16-bit integers of scale 1.000000e+00 in [5.000000e-01, 1.500000e+00]}}
#p = #lnn.port<x, "A", 0.5, 1.5, 1.0, window>

// -----

// port_c6
// expected-error @below {{port n counts, so its scale must be 1 and its lower limit 0}}
#p = #lnn.port<n, "cycles", 1.0, 99.0, 1.0, count>

// -----

// expected-error @below {{a port's rate is window, step, once or count, not often}}
#p = #lnn.port<x, "A", -2.0, 2.0, 0.001, often>
