namespace ClipGen.Training.Data.Shapes;

public enum ShapeColour { Red, Green, Blue, Yellow, Purple, Orange }

public enum ShapeKind { Circle, Square, Triangle, Ring }

public enum ShapeSize { Small, Large }

public enum ShapePosition { Center, Left, Right, Top, Bottom }

public enum ShapeBackground { White, Gray, Black }

/// <summary>What the shapes world is made of: sRGB colours, sizes and places as fractions of the image's side.</summary>
public static class ShapesVocabulary
{
    /// <summary>One combination in <see cref="HeldOutPeriod"/> of colour, shape and background is never trained on.</summary>
    public const int HeldOutPeriod = 10;

    /// <summary>Largest shift of an object's centre from its place, in either direction.</summary>
    public const double PositionJitter = 0.04;

    public static (byte R, byte G, byte B) Rgb(ShapeColour colour) => colour switch
    {
        ShapeColour.Red => (220, 40, 40),
        ShapeColour.Green => (40, 170, 70),
        ShapeColour.Blue => (50, 80, 220),
        ShapeColour.Yellow => (240, 210, 50),
        ShapeColour.Purple => (140, 60, 180),
        _ => (240, 140, 40),
    };

    public static byte Level(ShapeBackground background) => background switch { ShapeBackground.White => 245, ShapeBackground.Gray => 128, _ => 20 };

    /// <summary>Smallest and largest side of the object's box.</summary>
    public static (double From, double To) Extent(ShapeSize size) => size == ShapeSize.Small ? (0.22, 0.26) : (0.44, 0.52);

    /// <summary>Centre of the object's box before jitter.</summary>
    public static (double X, double Y) Place(ShapePosition position) => position switch
    {
        ShapePosition.Left => (0.3, 0.5),
        ShapePosition.Right => (0.7, 0.5),
        ShapePosition.Top => (0.5, 0.3),
        ShapePosition.Bottom => (0.5, 0.7),
        _ => (0.5, 0.5),
    };

    /// <summary>
    /// The test of composition: 7 of the 72 combinations, every tenth in the order colour, shape, background. Each shape,
    /// each background and each colour of them is seen in training in other company.
    /// </summary>
    public static bool IsHeldOut(ShapeColour colour, ShapeKind shape, ShapeBackground background) =>
        ((((int)colour * 4) + (int)shape) * 3 + (int)background) % HeldOutPeriod == 7;
}
