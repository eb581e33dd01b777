using static TorchSharp.torch;

namespace ClipGen.Training.Optimization;

/// <summary>
/// Position embeddings that tell places of a grid apart from the first step: sines and cosines of row and column (as in MoCo v3, Chen et
/// al. 2021), for trainings too short to find out by themselves which places are near each other.
/// </summary>
public static class GridPlaces
{
    /// <param name="grid">Places in a row and in a column.</param>
    /// <param name="width">Numbers for each; what is beyond a multiple of four is zero.</param>
    /// <param name="amplitude">Of each wave; wavelengths run from twice the grid down to two places.</param>
    /// <returns>[grid², width], in raster order.</returns>
    public static Tensor Create(int grid, int width, double amplitude)
    {
        int waves = width / 4;
        var values = new float[grid * grid, width];
        for (int place = 0; place < grid * grid; place++)
        {
            for (int wave = 0; wave < waves; wave++)
            {
                double frequency = Math.PI / grid * Math.Pow(grid, (double)wave / waves);
                double row = (place / grid) * frequency, column = (place % grid) * frequency;
                values[place, wave] = (float)(amplitude * Math.Sin(row));
                values[place, waves + wave] = (float)(amplitude * Math.Cos(row));
                values[place, 2 * waves + wave] = (float)(amplitude * Math.Sin(column));
                values[place, 3 * waves + wave] = (float)(amplitude * Math.Cos(column));
            }
        }
        return tensor(values);
    }
}
