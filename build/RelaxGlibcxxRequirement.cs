// ELF64, little endian: find SHT_GNU_verneed, walk its entries, and mark the one that names VersionName as weak.
const uint ShtGnuVerneed = 0x6ffffffe;
const ushort VerFlagWeak = 2;
// Already made from this source: leave the file (and its time stamp) alone, so that incremental builds stay incremental.
if (System.IO.File.Exists(Target) && System.IO.File.GetLastWriteTimeUtc(Target) >= System.IO.File.GetLastWriteTimeUtc(Source)) return true;
byte[] elf = System.IO.File.ReadAllBytes(Source);
if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[4] != 2 || elf[5] != 1)
{
    Log.LogError("{0} is not a little-endian ELF64 file.", Source);
    return false;
}
long sections = System.BitConverter.ToInt64(elf, 0x28);
int entrySize = System.BitConverter.ToUInt16(elf, 0x3a), count = System.BitConverter.ToUInt16(elf, 0x3c);
for (int i = 0; i < count; i++)
{
    int header = (int)sections + i * entrySize;
    if (System.BitConverter.ToUInt32(elf, header + 4) != ShtGnuVerneed) continue;
    int stringsHeader = (int)sections + System.BitConverter.ToInt32(elf, header + 0x28) * entrySize;
    long strings = System.BitConverter.ToInt64(elf, stringsHeader + 0x18);
    long need = System.BitConverter.ToInt64(elf, header + 0x18);
    while (true)
    {
        long aux = need + System.BitConverter.ToUInt32(elf, (int)need + 8);
        for (int left = System.BitConverter.ToUInt16(elf, (int)need + 2); left > 0; left--)
        {
            int start = (int)strings + (int)System.BitConverter.ToUInt32(elf, (int)aux + 8), end = System.Array.IndexOf(elf, (byte)0, start);
            if (System.Text.Encoding.ASCII.GetString(elf, start, end - start) == VersionName)
                System.BitConverter.GetBytes((ushort)(System.BitConverter.ToUInt16(elf, (int)aux + 4) | VerFlagWeak)).CopyTo(elf, (int)aux + 4);
            aux += System.BitConverter.ToUInt32(elf, (int)aux + 12);
        }
        uint next = System.BitConverter.ToUInt32(elf, (int)need + 12);
        if (next == 0) break;
        need += next;
    }
}
System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Target));
string temporary = Target + "." + System.Guid.NewGuid().ToString("N");
System.IO.File.WriteAllBytes(temporary, elf);
if (System.IO.File.Exists(Target)) System.IO.File.Delete(Target);
System.IO.File.Move(temporary, Target);
