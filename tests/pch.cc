// The precompiled headers' own translation unit.
int main() {}
