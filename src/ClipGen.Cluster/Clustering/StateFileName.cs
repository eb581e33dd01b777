using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Cluster.Clustering;

/// <summary>A file name for any grain: as much of its id as every file system takes, for people, then a digest of all of it.</summary>
internal static class StateFileName
{
    private const int Readable = 60;

    public static string Of(string stateName, GrainId grainId)
    {
        string id = $"{stateName}/{grainId}";
        string readable = new([.. id.Take(Readable).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')]);
        return $"{readable}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}.state";
    }
}
