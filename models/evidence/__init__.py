"""Mass functions and what hypograph does with them: substitutability of elements, phases of alloys."""
